package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The supervisor's end of a control connection, on a non-blocking fd that stays its caller's; used by one thread at a time. */
final class ControlConnection {
    private static final Duration WRITE_DEADLINE = Duration.ofSeconds(5);
    private static final long RETRY_MS = 10;

    private final Posix posix;
    private final Fd fd;
    private final PeerCredentials peer;

    ControlConnection(Posix posix, Fd fd) {
        this.posix = posix;
        this.fd = fd;
        this.peer = posix.peerCredentials(fd);
    }

    PeerCredentials peer() {
        return peer;
    }

    /** @throws ControlException when no whole line of at most {@link Json#MAX_LENGTH} bytes comes before {@code patience} is over */
    String readLine(Duration patience) throws ControlException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
            if (left.isNegative() || posix.awaitReadable(List.of(fd), left).isEmpty()) {
                throw new ControlException("no request within %d s".formatted(patience.toSeconds()));
            }
            Optional<ReceivedMessage> part = posix.receiveMessage(fd, Json.MAX_LENGTH, 0);
            byte[] bytes = part.map(ReceivedMessage::payload).orElse(new byte[0]);
            if (part.isPresent() && bytes.length == 0) {
                throw new ControlException("the request ends before its line does");
            }
            line.writeBytes(bytes);
            if (line.size() > Json.MAX_LENGTH) {
                throw new ControlException("the request is longer than %d bytes".formatted(Json.MAX_LENGTH));
            }
            if (bytes.length > 0 && bytes[bytes.length - 1] == '\n') {
                return line.toString(UTF_8).strip();
            }
        }
    }

    /** @throws ControlException when the client is gone, or does not read */
    void reply(ControlReply reply) throws ControlException {
        byte[] rest = (reply.encode() + "\n").getBytes(UTF_8);
        long deadlineNanos = System.nanoTime() + WRITE_DEADLINE.toNanos();
        while (rest.length > 0) {
            rest = Arrays.copyOfRange(rest, send(rest), rest.length);
            if (rest.length > 0) {
                if (System.nanoTime() > deadlineNanos) {
                    throw new ControlException("pid %d does not read its answer".formatted(peer.pid()));
                }
                pause();
            }
        }
    }

    private int send(byte[] bytes) throws ControlException {
        try {
            return posix.sendMessage(fd, bytes, List.of());
        } catch (PosixException e) {
            if (e.errno() == Errno.EAGAIN) {
                return 0;
            }
            throw new ControlException("pid %d is gone: %s".formatted(peer.pid(), e.getMessage()));
        }
    }

    private static void pause() throws ControlException {
        try {
            Thread.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        }
    }
}
