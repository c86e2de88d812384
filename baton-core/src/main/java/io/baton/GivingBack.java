package io.baton;

import java.time.Duration;

/** A rollback's way back: offers everything to the parent, and waits a while for what cannot go at once. For one thread at a time. */
final class GivingBack {
    /** What has not gone back by then cannot: it waits for its own response, or the parent refuses it. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Offering offering;
    private final ParentDuties duties;
    private final long deadlineNanos;

    GivingBack(Offering offering, ParentDuties duties, long nowNanos) {
        this.offering = offering;
        this.duties = duties;
        this.deadlineNanos = nowNanos + PATIENCE.toNanos();
    }

    enum Step {
        GOING,
        /** All that could go back has. */
        DONE,
        /** The parent has taken too long over an answer. */
        OVERDUE,
        /** The parent takes nothing any more. */
        GONE
    }

    Step turn(long nowNanos) {
        if (offering.isOverdue(nowNanos)) {
            return Step.OVERDUE;
        }
        offering.lookAgain();
        return switch (offering.turn(nowNanos)) {
            case GOING -> Step.GOING;
            case GONE -> Step.GONE;
            case NOTHING_LEFT -> duties.connections() > 0 && nowNanos - deadlineNanos < 0 ? Step.GOING : Step.DONE;
        };
    }

    Duration untilNextTurn(long nowNanos) {
        return offering.untilNextTurn(nowNanos);
    }
}
