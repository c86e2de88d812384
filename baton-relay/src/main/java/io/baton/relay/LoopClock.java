package io.baton.relay;

import java.util.function.LongSupplier;

/** The time of one loop: read once per round, not once per event. Loop thread only. */
final class LoopClock {
    private final LongSupplier nanoTime;
    private long nowNanos;

    LoopClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        refresh();
    }

    void refresh() {
        nowNanos = nanoTime.getAsLong();
    }

    /** When this round began. */
    long nowNanos() {
        return nowNanos;
    }
}
