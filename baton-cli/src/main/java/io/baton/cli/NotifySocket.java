package io.baton.cli;

import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where generations report. The kernel vouches for each sender's pid and uid (SCM_CREDENTIALS); what another user sends is dropped.
 * Owns the socket and one daemon thread.
 */
final class NotifySocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);
    /** Far more than the kernel queues for a datagram socket (net.unix.max_dgram_qlen). */
    private static final int MAX_AT_ONCE = 4096;

    private static final Duration POLL = Duration.ofMinutes(1);

    /** Called on the socket's thread, or on that of whoever calls {@link #receiveAll}; one message at a time, in their order. */
    interface Receiver {
        void received(long senderPid, NotifyMessage message);
    }

    private final Posix posix;
    private final Receiver receiver;
    private final Fd socket;
    private final Fd stop;
    private final Thread thread;

    /** @param path an existing socket there is stale: the caller holds the directory's lock */
    NotifySocket(Posix posix, Path path, Receiver receiver) {
        this.posix = posix;
        this.receiver = receiver;
        this.socket = UnixSockets.bind(posix, SocketType.DATAGRAM, path);
        posix.setSocketOption(socket, SocketOption.SO_PASSCRED, 1);
        this.stop = posix.eventFd();
        this.thread = Thread.ofPlatform().daemon().name("notify").start(this::run);
    }

    private void run() {
        while (!posix.awaitReadable(List.of(stop, socket), POLL).get(0)) {
            receiveAll();
        }
    }

    /**
     * Returns when all that was sent before has been given to the receiver: the last words of a process are heard before its end is
     * acted upon. Never blocks for long; does nothing once closed.
     */
    synchronized void receiveAll() {
        boolean more = !socket.isClosed();
        for (int i = 0; more && i < MAX_AT_ONCE; i++) {
            try {
                Optional<ReceivedMessage> message = posix.receiveMessage(socket, NotifyMessage.MAX_BYTES, 0);
                message.ifPresent(this::accept);
                more = message.isPresent();
            } catch (PosixException e) {
                // EMSGSIZE: too long, or with fds that nobody asked for (they are closed by now).
                LOG.warn("dropped a notification: {}", e.getMessage());
            }
        }
    }

    private void accept(ReceivedMessage message) {
        Optional<PeerCredentials> sender = message.sender();
        if (sender.isPresent() && sender.get().uid() == posix.effectiveUserId()) {
            receiver.received(sender.get().pid(), NotifyMessage.decode(message.payload()));
        } else {
            LOG.warn("dropped a notification of {}", sender);
        }
    }

    @Override
    public void close() {
        UnixSockets.stop(posix, stop, thread);
        synchronized (this) {
            socket.close();
        }
    }
}
