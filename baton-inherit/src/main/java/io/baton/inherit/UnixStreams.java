package io.baton.inherit;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stream sockets of other programs, read with an eye on the clock. */
final class UnixStreams {
    private static final String CLOSED = "closed by the other side";

    private UnixStreams() {}

    /**
     * A non-blocking connection, which the caller owns.
     *
     * @throws PosixException when nobody listens at {@code path}
     */
    static Fd connect(Posix posix, Path path) {
        Fd connection = posix.socket(SocketFamily.UNIX, SocketType.STREAM, true);
        try {
            posix.connect(connection, new SocketAddress.UnixPath(path.toString()));
            return connection;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * What comes next.
     *
     * @param deadlineNanos of {@link System#nanoTime}
     * @return at least one byte, and fds that the caller owns
     * @throws EOFException when the other side has closed
     * @throws SocketTimeoutException when nothing has come before the deadline
     * @throws PosixException EMSGSIZE when more than {@code maxFds} have come; they are closed
     */
    static ReceivedMessage receive(Posix posix, Fd connection, int maxBytes, int maxFds, long deadlineNanos)
            throws IOException {
        while (true) {
            awaitReadable(posix, connection, deadlineNanos);
            Optional<ReceivedMessage> message = next(posix, connection, maxBytes, maxFds);
            if (message.isPresent()) {
                if (message.get().payload().length == 0) {
                    message.get().fds().forEach(Fd::close);
                    throw new EOFException(CLOSED);
                }
                return message.get();
            }
        }
    }

    private static Optional<ReceivedMessage> next(Posix posix, Fd connection, int maxBytes, int maxFds)
            throws EOFException {
        try {
            return posix.receiveMessage(connection, maxBytes, maxFds);
        } catch (PosixException e) {
            if (e.errno() == Errno.ECONNRESET) { // closed with something of ours unread
                throw new EOFException(CLOSED);
            }
            throw e;
        }
    }

    /** @throws SocketTimeoutException when it is not readable before the deadline */
    static void awaitReadable(Posix posix, Fd fd, long deadlineNanos) throws SocketTimeoutException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0
                || posix.awaitReadable(List.of(fd), Duration.ofNanos(left)).isEmpty()) {
            throw new SocketTimeoutException("nothing comes");
        }
    }
}
