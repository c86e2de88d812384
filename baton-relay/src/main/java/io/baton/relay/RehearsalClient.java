package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/** One client of a {@link Rehearsal}; what it sends must come back. One thread. */
final class RehearsalClient implements AutoCloseable {
    private static final int AGAIN = -Errno.EAGAIN.number();
    private static final Duration WAIT = Duration.ofMillis(5);

    private final Posix posix;
    private final Fd socket;
    private final MemorySegment buffer = Arena.ofAuto().allocate(64 << 10);

    RehearsalClient(Posix posix, SocketAddress relay) {
        this.posix = posix;
        socket = posix.socket(SocketFamily.INET, SocketType.STREAM, false);
        try {
            posix.connect(socket, relay);
            posix.setSocketOption(socket, SocketOption.TCP_NODELAY, 1);
            posix.setNonBlocking(socket, true);
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends without waiting for the answer. */
    void send(int bytes) {
        int sent = posix.send(socket.number(), buffer, 0, bytes);
        if (sent != bytes) {
            throw new IllegalStateException("a send of %d bytes gave %d".formatted(bytes, sent));
        }
    }

    /** Waits for {@code bytes} to come back; false when the time is up first. */
    boolean receive(int bytes, long deadlineNanos) {
        return exchange(0, bytes, deadlineNanos);
    }

    /** Sends and receives {@code bytes} at the same time; false when the time is up first. */
    boolean bulk(int bytes, long deadlineNanos) {
        return exchange(bytes, bytes, deadlineNanos);
    }

    private boolean exchange(int toSend, int toReceive, long deadlineNanos) {
        int size = (int) buffer.byteSize();
        int unsent = toSend;
        int missing = toReceive;
        while (missing > 0) {
            int sent = unsent > 0 ? posix.send(socket.number(), buffer, 0, Math.min(unsent, size)) : AGAIN;
            int received = posix.receive(socket.number(), buffer, Math.min(missing, size), 0);
            check("send", sent);
            check("recv", received);
            if (received == 0) {
                throw new IllegalStateException("end of stream, %d of %d bytes missing".formatted(missing, toReceive));
            }
            unsent -= Math.max(sent, 0);
            missing -= Math.max(received, 0);
            if (System.nanoTime() - deadlineNanos >= 0) {
                return missing <= 0;
            }
            if (sent < 0 && received < 0) {
                posix.awaitReadable(List.of(socket), WAIT);
            }
        }
        return true;
    }

    /** Says end of stream, and waits for the other side's. */
    void halfClose(long deadlineNanos) {
        posix.shutdownWrite(socket.number());
        int received = AGAIN;
        while (received != 0 && System.nanoTime() - deadlineNanos < 0) {
            received = posix.receive(socket.number(), buffer, (int) buffer.byteSize(), 0);
            check("recv", received);
            if (received == AGAIN) {
                posix.awaitReadable(List.of(socket), WAIT);
            }
        }
    }

    void reset() {
        posix.setLinger(socket, true, 0);
        socket.close();
    }

    @Override
    public void close() {
        socket.close();
    }

    private static void check(String call, int result) {
        if (result < 0 && result != AGAIN) {
            throw new PosixException(call, -result);
        }
    }
}
