package io.baton.relay;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever bytes arrive: a snapshot, or refused. {@code JAZZER_FUZZ=1} searches, else the known inputs are replayed. */
class ConnectionSnapshotFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void snapshotsAreUnderstoodOrRefused(byte[] bytes) {
        understandOrRefuse(bytes);
    }

    /** What was understood is said again in a way that is understood the same. */
    static void understandOrRefuse(byte[] bytes) {
        ConnectionSnapshot snapshot;
        try {
            snapshot = ConnectionSnapshotCodec.decode(bytes);
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || !e.getMessage().contains("relay snapshot")) {
                throw new AssertionError("a refusal says what it refuses", e);
            }
            return;
        }
        ConnectionSnapshot again = ConnectionSnapshotCodec.decode(new ConnectionSnapshotCodec().encode(snapshot));
        if (!again.equals(snapshot)) {
            throw new AssertionError("%s became %s".formatted(snapshot, again));
        }
    }
}
