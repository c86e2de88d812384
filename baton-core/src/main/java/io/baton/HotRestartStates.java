package io.baton;

import io.baton.HotRestartEvent.ChildArrived;
import io.baton.HotRestartEvent.ChildFailed;
import io.baton.HotRestartEvent.ChildReady;
import io.baton.HotRestartEvent.DrainRequested;
import io.baton.HotRestartEvent.Drained;
import io.baton.HotRestartEvent.MigrationBegun;
import io.baton.HotRestartEvent.MigrationLost;
import io.baton.HotRestartEvent.Ready;
import io.baton.HotRestartEvent.RollbackBegun;
import io.baton.HotRestartEvent.TerminateRequested;
import io.baton.HotRestartState.AwaitingReady;
import io.baton.HotRestartState.Draining;
import io.baton.HotRestartState.Migrating;
import io.baton.HotRestartState.RollingBack;
import io.baton.HotRestartState.Serving;
import io.baton.HotRestartState.Starting;
import io.baton.HotRestartState.Terminated;
import java.util.Optional;
import java.util.OptionalLong;

/** The table of transitions, and the only one. */
final class HotRestartStates {
    private HotRestartStates() {}

    /** The state after {@code event}; empty when it is refused, as when a stranger wants us to terminate. */
    static Optional<HotRestartState> next(HotRestartState state, HotRestartEvent event) {
        return switch (state) {
            case Starting now -> fromStarting(now, event);
            case Serving now -> fromServing(now, event);
            case AwaitingReady now -> fromAwaitingReady(now, event);
            case Migrating now -> fromMigrating(now, event);
            case RollingBack now -> fromRollingBack(now, event);
            case Draining now -> fromDraining(now, event);
            case Terminated now -> Optional.empty();
        };
    }

    private static Optional<HotRestartState> fromStarting(Starting now, HotRestartEvent event) {
        return switch (event) {
            case Ready ready -> to(new Serving(now.epoch(), OptionalLong.empty()));
            case ChildArrived _, ChildReady _, ChildFailed _, DrainRequested _, Drained _, TerminateRequested _ ->
                Optional.empty();
            case MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    private static Optional<HotRestartState> fromServing(Serving now, HotRestartEvent event) {
        return switch (event) {
            case ChildArrived(long pid) -> to(new AwaitingReady(now.epoch(), pid));
            // Given up on, but it came through after all: it accepts, so we must not.
            case ChildReady(long pid) when is(now.lateChild(), pid) -> to(new Draining(now.epoch(), now.lateChild()));
            case ChildFailed failed
            when is(now.lateChild(), failed.pid()) && !failed.alive() ->
                to(new Serving(now.epoch(), OptionalLong.empty()));
            case DrainRequested requested -> to(new Draining(now.epoch(), OptionalLong.empty()));
            case Ready _, ChildReady _, ChildFailed _, Drained _, TerminateRequested _ -> Optional.empty();
            case MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    private static Optional<HotRestartState> fromAwaitingReady(AwaitingReady now, HotRestartEvent event) {
        return switch (event) {
            case ChildArrived(long pid) when pid == now.child() -> to(now); // it asked again
            case ChildReady(long pid) when pid == now.child() -> to(new Draining(now.epoch(), OptionalLong.of(pid)));
            case MigrationBegun(long pid) when pid == now.child() -> to(new Migrating(now.epoch(), pid));
            case ChildFailed failed
            when failed.pid() == now.child() -> to(rollback(now.epoch(), now.child(), failed.alive()));
            // Before it has us drain it has no business ending us: a child that is being stopped early says so.
            case TerminateRequested(long pid) when pid == now.child() -> to(rollback(now.epoch(), pid, true));
            case DrainRequested requested -> to(new Draining(now.epoch(), OptionalLong.of(now.child())));
            case Ready _, ChildArrived _, ChildReady _, ChildFailed _, Drained _, TerminateRequested _ ->
                Optional.empty();
            case MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    private static Optional<HotRestartState> fromMigrating(Migrating now, HotRestartEvent event) {
        return switch (event) {
            case ChildReady(long pid) when pid == now.child() -> to(new Draining(now.epoch(), OptionalLong.of(pid)));
            case MigrationLost lost when lost.pid() == now.child() -> to(new AwaitingReady(now.epoch(), now.child()));
            case RollbackBegun begun when begun.pid() == now.child() -> to(new RollingBack(now.epoch(), now.child()));
            case ChildFailed failed
            when failed.pid() == now.child() -> to(rollback(now.epoch(), now.child(), failed.alive()));
            case TerminateRequested(long pid) when pid == now.child() -> to(rollback(now.epoch(), pid, true));
            case DrainRequested requested -> to(new Draining(now.epoch(), OptionalLong.of(now.child())));
            case Ready _, ChildArrived _, ChildReady _, ChildFailed _, Drained _, TerminateRequested _ ->
                Optional.empty();
            case MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    /** The child has stopped accepting for good: there is no way on from here but back. */
    private static Optional<HotRestartState> fromRollingBack(RollingBack now, HotRestartEvent event) {
        return switch (event) {
            case ChildFailed failed
            when failed.pid() == now.child() -> to(rollback(now.epoch(), now.child(), failed.alive()));
            case TerminateRequested(long pid) when pid == now.child() -> to(rollback(now.epoch(), pid, true));
            case Ready _, ChildArrived _, ChildReady _, ChildFailed _, Drained _, TerminateRequested _ ->
                Optional.empty();
            case DrainRequested _, MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    private static Optional<HotRestartState> fromDraining(Draining now, HotRestartEvent event) {
        return switch (event) {
            // The one that had us drain is gone; its successor gets what is left: stats, and the right to end us.
            case ChildArrived(long pid)
            when now.child().isEmpty() || is(now.child(), pid) -> to(new Draining(now.epoch(), OptionalLong.of(pid)));
            case ChildReady(long pid) when is(now.child(), pid) -> to(now);
            case ChildFailed failed
            when is(now.child(), failed.pid()) -> to(new Draining(now.epoch(), OptionalLong.empty()));
            case Drained drained -> to(new Terminated(now.epoch()));
            case TerminateRequested(long pid) when is(now.child(), pid) -> to(new Terminated(now.epoch()));
            case Ready _, ChildArrived _, ChildReady _, ChildFailed _, DrainRequested _, TerminateRequested _ ->
                Optional.empty();
            case MigrationBegun _, MigrationLost _, RollbackBegun _ -> Optional.empty();
        };
    }

    /** The process that is our child, as far as we know: in a handover, serving in our place, or given up on. */
    static OptionalLong child(HotRestartState state) {
        return switch (state) {
            case Serving serving -> serving.lateChild();
            case AwaitingReady awaiting -> OptionalLong.of(awaiting.child());
            case Migrating migrating -> OptionalLong.of(migrating.child());
            case RollingBack returning -> OptionalLong.of(returning.child());
            case Draining draining -> draining.child();
            case Starting _, Terminated _ -> OptionalLong.empty();
        };
    }

    /** Whether the admin may be open: always while serving, and while draining when nobody but ourselves asked for it. */
    static boolean adminMayBeOpen(HotRestartState state) {
        return switch (state) {
            case Serving serving -> true;
            case Draining draining -> draining.child().isEmpty();
            case Starting _, AwaitingReady _, Migrating _, RollingBack _, Terminated _ -> false;
        };
    }

    private static Serving rollback(RestartEpoch epoch, long child, boolean childAlive) {
        return new Serving(epoch, childAlive ? OptionalLong.of(child) : OptionalLong.empty());
    }

    private static Optional<HotRestartState> to(HotRestartState state) {
        return Optional.of(state);
    }

    private static boolean is(OptionalLong child, long pid) {
        return child.isPresent() && child.getAsLong() == pid;
    }
}
