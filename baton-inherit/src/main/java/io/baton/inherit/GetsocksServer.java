package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives listening sockets away as HAProxy's stats socket with {@code expose-fd listeners} does, so that {@code haproxy -x PATH} adopts
 * them: see {@link GetsocksConversation}. A UNIX stream socket of mode 0600; only the same user and root are served.
 *
 * <p>{@link #open} takes the place of whoever served at the path before, in one step: a client reaches the old one or this one. Owns the
 * socket, a daemon thread that accepts, and one for each of {@link #MAX_CLIENTS} clients at most, each of which has
 * {@link GetsocksConversation#PATIENCE} for a step.
 */
public final class GetsocksServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GetsocksServer.class);

    /** sun_path has 108 bytes with its NUL; unix(7). */
    private static final int MAX_PATH_BYTES = 107;

    private static final String INODE = "unix:ino";

    static final int MAX_CLIENTS = 4;
    private static final int BACKLOG = 16;
    private static final Duration POLL = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final Posix posix;
    private final Path path;
    private final Duration patience;
    private final Supplier<List<Fd>> sockets;
    private final Runnable drain;
    private final Path temporary;
    private final Fd listener;
    private final Object identity;
    private final Fd stop;
    private final Semaphore clients = new Semaphore(MAX_CLIENTS);
    private final Thread thread;

    /**
     * Binds, under another name; {@link #open} serves.
     *
     * @param path with its directory existing
     * @param sockets duplicates for one client, which become this server's; called on its threads
     * @param drain what a client may ask for once it serves; called on its threads, must not wait
     * @throws InheritException when the path cannot be had
     */
    public GetsocksServer(Posix posix, Path path, Supplier<List<Fd>> sockets, Runnable drain) throws InheritException {
        this(posix, path, GetsocksConversation.PATIENCE, sockets, drain);
    }

    GetsocksServer(Posix posix, Path path, Duration patience, Supplier<List<Fd>> sockets, Runnable drain)
            throws InheritException {
        this.posix = posix;
        this.path = path.toAbsolutePath();
        this.patience = patience;
        this.sockets = sockets;
        this.drain = drain;
        this.temporary = Path.of("%s.%d.tmp".formatted(this.path, posix.pid()));
        int bytes = temporary.toString().getBytes(UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw new InheritException(
                    "cannot serve sockets at %s: with '.PID.tmp' it has %d bytes, expected at most %d"
                            .formatted(path, bytes, MAX_PATH_BYTES));
        }
        try {
            this.listener = bind(posix, temporary);
            this.identity = Files.getAttribute(temporary, INODE);
        } catch (PosixException | IOException e) {
            throw cannotServe(e);
        }
        this.stop = posix.eventFd();
        this.thread = Thread.ofPlatform().daemon().name("getsocks").unstarted(this::run);
    }

    private InheritException cannotServe(Exception reason) {
        return new InheritException("cannot serve sockets at %s: %s".formatted(path, reason.getMessage()), reason);
    }

    /**
     * Serves until closed.
     *
     * @throws InheritException when the path cannot be had
     */
    public void open() throws InheritException {
        try {
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw cannotServe(e);
        }
        thread.start();
    }

    private static Fd bind(Posix posix, Path temporary) throws IOException {
        Files.deleteIfExists(temporary);
        Fd socket = posix.socket(SocketFamily.UNIX, SocketType.STREAM, true);
        try {
            posix.setMode(socket, 0600);
            posix.bind(socket, new SocketAddress.UnixPath(temporary.toString()));
            posix.listen(socket, BACKLOG);
            return socket;
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }

    private void run() {
        while (!posix.awaitReadable(List.of(stop, listener), POLL).get(0)) {
            int accepted = posix.accept(listener.number());
            if (accepted >= 0) {
                admit(Fd.own(accepted));
            } else if (Errno.of(-accepted) != Errno.EAGAIN) {
                LOG.warn("{}: cannot take a connection: {}", path, Errno.describe(-accepted));
                // EMFILE: the connection stays in the queue and poll(2) would return at once.
                posix.awaitReadable(List.of(stop), PAUSE);
            }
        }
    }

    private void admit(Fd client) {
        if (!clients.tryAcquire()) {
            LOG.warn("{}: more than {} clients at once, closed one", path, MAX_CLIENTS);
            client.close();
            return;
        }
        Thread.ofPlatform().daemon().name("getsocks-client").start(() -> converse(client));
    }

    private void converse(Fd client) {
        try (client) {
            new GetsocksConversation(posix, client, patience, sockets, drain).hold();
        } catch (InheritException | PosixException e) {
            LOG.warn("{}: {}", path, e.getMessage());
        } finally {
            clients.release();
        }
    }

    /** Idempotent. The path is removed unless somebody else has taken it; who is being served is served to the end. */
    @Override
    public void close() {
        if (stop.isClosed()) {
            return;
        }
        posix.signalEvent(stop);
        try {
            thread.join(JOIN); // returns at once when it was never started
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop.close();
        listener.close();
        removeIfOurs(temporary);
        removeIfOurs(path);
    }

    private void removeIfOurs(Path name) {
        try {
            if (Files.getAttribute(name, INODE).equals(identity)) {
                Files.delete(name);
            }
        } catch (NoSuchFileException e) {
            // It was moved to its own name, or somebody has removed it.
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", name, e.getMessage());
        }
    }
}
