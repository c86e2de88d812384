package io.baton;

/**
 * How many connections go into the next batch, learnt from how long the answers to the last ones took: a connection pauses until its whole
 * batch has moved, and the batches before it. On a machine with time to spare batches are as large as they may be. For one thread at a time.
 */
final class BatchPace {
    /** From an offer to its answer, with the batches that went before it. */
    static final long AIM_NANOS = 4_000_000;

    /** The first ones meet code that has not run yet. */
    private static final int FIRST = 16;

    /** Below it the messages cost more than the connections. */
    private static final int SMALLEST = 8;

    private final int most;
    private int size;
    private long changedNanos;

    BatchPace(int most, long nowNanos) {
        this.most = most;
        this.size = Math.min(FIRST, most);
        this.changedNanos = nowNanos;
    }

    int size() {
        return size;
    }

    /** An answer to a batch has come. Those of before the last change say nothing about it. */
    void answered(long offeredNanos, long nowNanos) {
        if (offeredNanos - changedNanos < 0) {
            return;
        }
        int next = size;
        if (nowNanos - offeredNanos > AIM_NANOS) {
            next = Math.max(size / 2, Math.min(SMALLEST, most));
        } else if (nowNanos - offeredNanos < AIM_NANOS / 2) {
            next = Math.min(2 * size, most);
        }
        if (next != size) {
            size = next;
            changedNanos = nowNanos;
        }
    }
}
