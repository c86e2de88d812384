package io.baton.cli;

import static io.baton.posix.ProcessCalls.SIGKILL;

import io.baton.cli.SupervisorState.Member;
import io.baton.cli.SupervisorState.Starting;
import io.baton.cli.SupervisorState.Upgrading;
import java.time.Duration;
import java.util.function.Supplier;

/** Gives up on a child that does not get ready, unless that would leave nobody who accepts. Only touched on the supervisor's thread. */
final class ReadyWatch {
    /** A generation reports each second: long enough to hear of each. */
    static final Duration LISTENING = Duration.ofMillis(2500);
    /** A deadline noticed so late means that we stood still, and may have missed what the child said. */
    private static final Duration STALL = Duration.ofSeconds(1);
    /** More than all the deadlines together that a child has between its word to the parent and its word to us. */
    private static final Duration COMMITTING = Duration.ofSeconds(60);

    private final SupervisorLoop loop;
    private final Household household;
    private final Supplier<SupervisorState> state;

    ReadyWatch(SupervisorLoop loop, Household household, Supplier<SupervisorState> state) {
        this.loop = loop;
        this.household = household;
        this.state = state;
    }

    void watch(Generation child, Duration timeout) {
        look(
                child,
                timeout,
                timeout,
                System.nanoTime() + timeout.plus(COMMITTING).toNanos());
    }

    private void look(Generation child, Duration timeout, Duration delay, long lastNanos) {
        long dueNanos = System.nanoTime() + delay.toNanos();
        loop.later(delay, () -> {
            boolean stalled = System.nanoTime() - dueNanos > STALL.toNanos();
            boolean committing = state.get() instanceof Upgrading hot
                    && isCommitting(hot.parent())
                    && System.nanoTime() - lastNanos < 0;
            // At a rate that was asked for it may take long; the parent itself watches that it goes on.
            boolean migrating = state.get() instanceof Upgrading hot && isMigrating(hot.parent());
            if (!isAwaited(child.member())) {
                return;
            }
            if (stalled || committing || migrating) {
                look(child, timeout, LISTENING, lastNanos);
            } else {
                child.failed("was not ready within %d s".formatted(timeout.toSeconds()));
                child.process().signal(SIGKILL);
            }
        });
    }

    private boolean isAwaited(Member child) {
        return switch (state.get()) {
            case Starting(var member) -> member.equals(child);
            case Upgrading hot -> hot.child().equals(child);
            case SupervisorState.Serving _,
                    SupervisorState.MakingRoom _,
                    SupervisorState.BackingOff _,
                    SupervisorState.Stopping _,
                    SupervisorState.Stopped _ -> false;
        };
    }

    private boolean isMigrating(Member parent) {
        return household
                .find(parent)
                .filter(old -> old.state() == GenerationState.MIGRATING)
                .isPresent();
    }

    /** The parent drains although its child has not told us yet that it is ready: it has told its parent, and is about to. */
    boolean isCommitting(Member parent) {
        return household
                .find(parent)
                .filter(old -> old.state() == GenerationState.DRAINING)
                .isPresent();
    }
}
