package io.baton;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever bytes arrive on the handover channel: understood or refused. {@code JAZZER_FUZZ=1} searches, else the known inputs are replayed. */
class HandoverFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void handoverMessagesAreUnderstoodOrRefused(byte[] bytes) {
        try {
            roundTrip(HandoverDecoder.decode(bytes));
        } catch (HotRestartException e) {
            if (e.getMessage() == null || !e.getMessage().startsWith("malformed handover message")) {
                throw new AssertionError("a refusal says what it refuses", e);
            }
        }
    }

    /** What was understood is said again in a way that is understood the same. */
    private static void roundTrip(HandoverMessage message) throws HotRestartException {
        byte[] bytes = HandoverEncoder.encode(message);
        byte[] again = HandoverEncoder.encode(HandoverDecoder.decode(bytes));
        if (!(message instanceof HandoverMessage.Unknown) && !java.util.Arrays.equals(bytes, again)) {
            throw new AssertionError(message + " is not understood the same again");
        }
    }
}
