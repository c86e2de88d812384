package io.baton;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever bytes arrive: frames and messages are understood or refused. {@code JAZZER_FUZZ=1} searches, else the known inputs are replayed. */
class FrameFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void datagramsAreUnderstoodOrRefused(FuzzedDataProvider data) {
        FrameAssembler assembler = new FrameAssembler(Frames.MAX_REQUEST_BYTES);
        long now = 0;
        while (data.remainingBytes() > 0) {
            try {
                now += data.consumeInt(0, 10) * 1_000_000_000L;
                byte[] datagram = data.consumeBytes(data.consumeInt(0, Frames.MAX_DATAGRAM_BYTES));
                var message = assembler.accept(datagram, now);
                if (message.isPresent()) {
                    roundTrip(message.get());
                }
            } catch (HotRestartException e) {
                requireMessage(e);
            }
        }
    }

    @FuzzTest(maxDuration = "30s")
    void messagesAreUnderstoodOrRefused(byte[] bytes) {
        try {
            roundTrip(bytes);
        } catch (HotRestartException e) {
            requireMessage(e);
        }
    }

    /** What was understood is said again in a way that is understood the same. */
    private static void roundTrip(byte[] bytes) throws HotRestartException {
        HotRestartMessage message = MessageDecoder.decode(bytes);
        if (message instanceof Request.Unknown || message instanceof Reply.Unknown) {
            return; // not kept whole, and never passed on
        }
        HotRestartMessage again = MessageDecoder.decode(MessageEncoder.encode(message));
        boolean same = message instanceof Request.ForwardedUdpPacket packet
                ? again instanceof Request.ForwardedUdpPacket other
                        && packet.localAddress().equals(other.localAddress())
                        && java.util.Arrays.equals(packet.payload(), other.payload())
                : message.equals(again);
        if (!same) {
            throw new AssertionError("%s became %s".formatted(message, again));
        }
    }

    private static void requireMessage(HotRestartException e) {
        if (e.getMessage() == null || !e.getMessage().contains("hot restart message")) {
            throw new AssertionError("a refusal says what it refuses", e);
        }
    }
}
