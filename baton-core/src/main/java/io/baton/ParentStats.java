package io.baton;

/** What the parent has told of itself, merged into our stats. For one thread at a time. */
final class ParentStats {
    /** One empty reply might come between accept and count; two, an interval apart, do not. */
    private static final int EMPTY_REPLIES_TO_BELIEVE = 2;

    private final Stats stats;
    private final Gauge parentConnections;
    private int emptyReplies;

    ParentStats(Stats stats) {
        this.stats = stats;
        this.parentConnections = stats.gauge("server.parent_connections", ImportMode.NEVER_IMPORT);
    }

    void merge(Reply.Stats reply) {
        stats.mergeParent(reply.counterDeltas(), reply.gauges());
        parentConnections.set(reply.connections());
        emptyReplies = reply.connections() == 0 ? emptyReplies + 1 : 0;
    }

    /** What it said before it began to drain says nothing about the drain. */
    void beginDrain() {
        emptyReplies = 0;
    }

    boolean drained() {
        return emptyReplies >= EMPTY_REPLIES_TO_BELIEVE;
    }

    void forget() {
        stats.forgetParent();
        parentConnections.set(0);
    }
}
