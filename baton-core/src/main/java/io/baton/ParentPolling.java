package io.baton;

import java.time.Duration;

/**
 * When to ask a draining parent for its stats, and when to end it: at its time, when a child of our own has come, or as soon as it says
 * that its last connection has left. Its last stats are taken over before.
 *
 * <p>That the child ends a drained parent, rather than the parent itself, is what makes both work with an Envoy on the other side: an
 * Envoy child aborts when its parent is gone at the next stats flush, and an Envoy parent would sit out the whole shutdown time.
 */
final class ParentPolling {
    private static final Duration LAST_STATS_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration FOREVER = Duration.ofMinutes(1);

    private final HotRestartOptions options;
    private final ParentStats parentStats;
    private volatile boolean begun;
    private boolean keepUntilItsTime;
    private long nextPollNanos;
    private long shutdownNanos;

    /** A question that is not answered yet, and since when. */
    private boolean asked;

    private long askedNanos;

    /** Why the parent is to end, once it is. */
    private volatile String terminateReason = "";

    private boolean finishing;
    private boolean lastAsked;
    private boolean lastReceived;
    private long lastDeadlineNanos;

    enum Step {
        WAIT,
        ASK_STATS,
        TERMINATE
    }

    ParentPolling(HotRestartOptions options, ParentStats parentStats) {
        this.options = options;
        this.parentStats = parentStats;
    }

    /** A parent with UDP sessions may say that it has no connections: it is given its whole time. */
    void keepUntilItsTime() {
        keepUntilItsTime = true;
    }

    void begin(long nowNanos) {
        nextPollNanos = nowNanos + options.statsInterval().toNanos();
        shutdownNanos = nowNanos + options.parentShutdownTime().toNanos();
        begun = true;
    }

    /** Any thread. */
    boolean begun() {
        return begun;
    }

    /** Any thread. */
    void terminateSoon(String reason) {
        terminateReason = reason;
    }

    String terminateReason() {
        return terminateReason;
    }

    void received(Reply.Stats reply, long nowNanos) {
        parentStats.merge(reply, nowNanos);
        asked = false;
        lastReceived |= lastAsked;
        if (terminateReason.isEmpty() && options.exitWhenDrained() && !keepUntilItsTime && parentStats.drained()) {
            terminateReason = "its last connection has left";
            lastReceived = true; // nothing can follow
        }
    }

    /** What to do now; ASK_STATS and TERMINATE are taken as done. */
    Step next(long nowNanos) {
        if (terminateReason.isEmpty() && nowNanos - shutdownNanos >= 0) {
            terminateReason = "its shutdown time has come";
        }
        return terminateReason.isEmpty() ? poll(nowNanos) : finish(nowNanos);
    }

    Duration untilNextTurn(long nowNanos) {
        long due = shutdownNanos - nowNanos;
        if (!terminateReason.isEmpty()) {
            due = finishing && !lastReceived ? lastDeadlineNanos - nowNanos : 0;
        } else if (!options.skipParentStats()) {
            due = Math.min(due, nextPollNanos - nowNanos);
        }
        return Duration.ofNanos(Math.clamp(due, 0, FOREVER.toNanos()));
    }

    private Step poll(long nowNanos) {
        boolean unanswered =
                asked && nowNanos - askedNanos < options.replyTimeout().toNanos();
        if (options.skipParentStats() || unanswered || nowNanos - nextPollNanos < 0) {
            if (nowNanos - nextPollNanos >= 0) {
                nextPollNanos = nowNanos + options.statsInterval().toNanos();
            }
            return Step.WAIT;
        }
        nextPollNanos = nowNanos + options.statsInterval().toNanos();
        return ask(nowNanos);
    }

    private Step finish(long nowNanos) {
        if (!finishing) {
            finishing = true;
            lastDeadlineNanos = nowNanos + LAST_STATS_TIMEOUT.toNanos();
        }
        if (options.skipParentStats() || lastReceived || nowNanos - lastDeadlineNanos >= 0) {
            return Step.TERMINATE;
        }
        if (!lastAsked && !asked) { // an answer under way is older than the reason to end
            lastAsked = true;
            return ask(nowNanos);
        }
        return Step.WAIT;
    }

    private Step ask(long nowNanos) {
        asked = true;
        askedNanos = nowNanos;
        return Step.ASK_STATS;
    }
}
