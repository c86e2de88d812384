package io.baton;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Puts the datagrams of one sender together again. What does not fit is refused and forgotten, and the next datagram begins a message.
 * Memory grows with what has arrived, not with what was announced. Not thread-safe.
 */
final class FrameAssembler {
    /** A sender that pauses for longer in the middle of a message has given it up: what comes then is the next one. */
    private static final long STALE_NANOS = 5_000_000_000L;

    private final int maxMessageBytes;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** Of the message being put together; -1 between messages. */
    private long expectedBytes = -1;

    private long lastNanos;

    FrameAssembler(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * @return the message that {@code datagram} completes; empty while there is more to come
     * @throws HotRestartException for a datagram that is no beginning, or no continuation, of a message
     */
    Optional<byte[]> accept(byte[] datagram, long nowNanos) throws HotRestartException {
        if (nowNanos - lastNanos > STALE_NANOS) {
            reset();
        }
        lastNanos = nowNanos;
        int from = 0;
        if (expectedBytes < 0) {
            expectedBytes = announcedBytes(datagram);
            from = Frames.HEADER_BYTES;
        }
        received.write(datagram, from, datagram.length - from);
        if (received.size() > expectedBytes) {
            String message = "hot restart message has %d bytes or more, announced were %d"
                    .formatted(received.size(), expectedBytes);
            reset();
            throw new HotRestartException(message);
        }
        if (received.size() < expectedBytes) {
            return Optional.empty();
        }
        byte[] message = received.toByteArray();
        reset();
        return Optional.of(message);
    }

    private long announcedBytes(byte[] datagram) throws HotRestartException {
        if (datagram.length < Frames.HEADER_BYTES) {
            throw new HotRestartException("hot restart message begins with %d bytes, expected a length of %d"
                    .formatted(datagram.length, Frames.HEADER_BYTES));
        }
        long announced = ByteBuffer.wrap(datagram).getLong();
        if (announced < 0 || announced > maxMessageBytes) {
            throw new HotRestartException("hot restart message announces %s bytes, expected at most %d"
                    .formatted(Long.toUnsignedString(announced), maxMessageBytes));
        }
        return announced;
    }

    private void reset() {
        received.reset();
        expectedBytes = -1;
    }
}
