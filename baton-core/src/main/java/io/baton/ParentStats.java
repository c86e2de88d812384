package io.baton;

import java.time.Duration;
import java.util.OptionalLong;

/** What the parent has told of itself, merged into our stats. For one thread at a time. */
final class ParentStats {
    private final Stats stats;
    private final Gauge parentConnections;

    /**
     * One empty reply might come between accept and count; two, an interval apart, do not. A parent that had stalled answers what has
     * queued up in one go, partly as of before its drain: such replies are not apart. Half an interval, as replies jitter.
     */
    private final long apartNanos;

    /** When the first of the empty replies came; none when the last one was not empty. */
    private OptionalLong emptySinceNanos = OptionalLong.empty();

    private boolean drained;

    ParentStats(Stats stats, Duration interval) {
        this.stats = stats;
        this.apartNanos = interval.toNanos() / 2;
        this.parentConnections = stats.gauge("server.parent_connections", ImportMode.NEVER_IMPORT);
    }

    void merge(Reply.Stats reply, long nowNanos) {
        stats.mergeParent(reply.counterDeltas(), reply.gauges());
        parentConnections.set(reply.connections());
        if (reply.connections() != 0) {
            beginDrain();
        } else if (emptySinceNanos.isEmpty()) {
            emptySinceNanos = OptionalLong.of(nowNanos);
        } else {
            drained = nowNanos - emptySinceNanos.getAsLong() >= apartNanos;
        }
    }

    /** What it said before it began to drain says nothing about the drain. */
    void beginDrain() {
        emptySinceNanos = OptionalLong.empty();
        drained = false;
    }

    boolean drained() {
        return drained;
    }

    void forget() {
        stats.forgetParent();
        parentConnections.set(0);
    }
}
