package io.baton.cli;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders on the control socket: one connection, one request line, some reply lines. Owns the socket, a thread that accepts and
 * a platform thread for each connection: poll(2) would pin a virtual one to its carrier. Only the same user (or root) is served: SO_PEERCRED.
 */
final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final Duration POLL = Duration.ofMinutes(1);
    private static final Duration REQUEST_DEADLINE = Duration.ofSeconds(5);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    static final int MAX_CONNECTIONS = 32;
    private static final int BACKLOG = 32;

    /** Whoever carries the orders out. */
    interface Handler {
        /** Replies to {@code connection}, the last time before it returns. Called on a thread of the connection's own. */
        void handle(ControlRequest request, ControlConnection connection) throws ControlException;
    }

    private final Posix posix;
    private final Handler handler;
    private final Fd socket;
    private final Fd stop;
    private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
    private final Thread thread;

    /** @param path an existing socket there is stale: the caller holds the directory's lock */
    ControlServer(Posix posix, Path path, Handler handler) {
        this.posix = posix;
        this.handler = handler;
        this.socket = UnixSockets.bind(posix, SocketType.STREAM, path);
        posix.listen(socket, BACKLOG);
        this.stop = posix.eventFd();
        this.thread = Thread.ofPlatform().daemon().name("control").start(this::run);
    }

    private void run() {
        while (!posix.awaitReadable(List.of(stop, socket), POLL).get(0)) {
            int accepted = posix.accept(socket.number());
            if (accepted >= 0) {
                admit(Fd.own(accepted));
            } else if (Errno.of(-accepted) != Errno.EAGAIN) {
                LOG.warn("cannot take a control connection: {}", Errno.describe(-accepted));
                // EMFILE: the connection stays in the queue and poll(2) would return at once.
                posix.awaitReadable(List.of(stop), PAUSE);
            }
        }
    }

    private void admit(Fd fd) {
        if (!connections.tryAcquire()) {
            turnAway(fd);
            return;
        }
        Thread.ofPlatform().daemon().name("control-client").start(() -> converse(fd));
    }

    private void turnAway(Fd fd) {
        LOG.warn("more than {} control connections at once: closed one", MAX_CONNECTIONS);
        try (fd) {
            new ControlConnection(posix, fd)
                    .reply(new ControlReply.Refused(
                            "%d commands are being served, try again".formatted(MAX_CONNECTIONS)));
        } catch (ControlException | PosixException e) {
            LOG.debug("it has left before: {}", e.getMessage());
        }
    }

    private void converse(Fd fd) {
        try (fd) {
            ControlConnection connection = new ControlConnection(posix, fd);
            PeerCredentials peer = connection.peer();
            if (peer.uid() != posix.effectiveUserId() && peer.uid() != 0) {
                connection.reply(new ControlReply.Refused("uid %d may not give orders here".formatted(peer.uid())));
                return;
            }
            try {
                handler.handle(ControlRequest.decode(connection.readLine(REQUEST_DEADLINE)), connection);
            } catch (ControlException e) {
                connection.reply(new ControlReply.Refused(e.getMessage()));
            }
        } catch (ControlException | PosixException e) {
            LOG.info("a control connection failed: {}", e.getMessage());
        } finally {
            connections.release();
        }
    }

    /** Lets the conversations under way come to their end, for a short while. */
    @Override
    public void close() {
        UnixSockets.stop(posix, stop, thread);
        socket.close();
        try {
            if (!connections.tryAcquire(MAX_CONNECTIONS, FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("control connections are still open");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
