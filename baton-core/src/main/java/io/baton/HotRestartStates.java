package io.baton;

import io.baton.HotRestartEvent.ChildArrived;
import io.baton.HotRestartEvent.ChildFailed;
import io.baton.HotRestartEvent.ChildReady;
import io.baton.HotRestartEvent.DrainRequested;
import io.baton.HotRestartEvent.Drained;
import io.baton.HotRestartEvent.Ready;
import io.baton.HotRestartEvent.TerminateRequested;
import io.baton.HotRestartState.AwaitingReady;
import io.baton.HotRestartState.Draining;
import io.baton.HotRestartState.Serving;
import io.baton.HotRestartState.Starting;
import io.baton.HotRestartState.Terminated;
import java.util.OptionalLong;

/** The table of transitions, and the only one. */
final class HotRestartStates {
    private HotRestartStates() {}

    /**
     * The state after {@code event}.
     *
     * @throws IllegalStateException when the state has no place for the event: a bug of ours, as whoever raises events asks first
     */
    static HotRestartState next(HotRestartState state, HotRestartEvent event) {
        return switch (state) {
            case Starting(var epoch) when event instanceof Ready -> new Serving(epoch, OptionalLong.empty());
            case Serving(var epoch, var _)
            when event instanceof ChildArrived(long pid) -> new AwaitingReady(epoch, pid);
            // Given up on, but it came through after all: two that accept would be one too many.
            case Serving(var epoch, var late)
            when event instanceof ChildReady(long pid) && isChild(late, pid) -> new Draining(epoch, late);
            case Serving(var epoch, var late)
            when event instanceof ChildFailed failed && isChild(late, failed.pid()) ->
                new Serving(epoch, OptionalLong.empty());
            case Serving(var epoch, var _)
            when event instanceof DrainRequested -> new Draining(epoch, OptionalLong.empty());
            case AwaitingReady(var epoch, var child)
            when event instanceof ChildReady(long pid) && pid == child -> new Draining(epoch, OptionalLong.of(child));
            // Rollback: the parent serves alone again.
            case AwaitingReady(var epoch, var child)
            when event instanceof ChildFailed failed && failed.pid() == child ->
                new Serving(epoch, failed.alive() ? OptionalLong.of(child) : OptionalLong.empty());
            case AwaitingReady(var epoch, var child)
            when event instanceof DrainRequested -> new Draining(epoch, OptionalLong.of(child));
            // The child asked again, or another took the place of one that died while we were draining: no way back for
            // us.
            case AwaitingReady(var epoch, var child)
            when event instanceof ChildArrived(long pid) && pid == child -> new AwaitingReady(epoch, child);
            case Draining(var epoch, var _)
            when event instanceof ChildArrived(long pid) -> new Draining(epoch, OptionalLong.of(pid));
            case Draining(var epoch, var child)
            when event instanceof ChildReady(long pid) && isChild(child, pid) -> new Draining(epoch, child);
            case Draining(var epoch, var child)
            when event instanceof ChildFailed failed && isChild(child, failed.pid()) ->
                new Draining(epoch, OptionalLong.empty());
            case Draining(var epoch, var _) when event instanceof Drained -> new Terminated(epoch);
            case Serving(var epoch, var late)
            when event instanceof TerminateRequested(long pid) && isChild(late, pid) -> new Terminated(epoch);
            case AwaitingReady(var epoch, var child)
            when event instanceof TerminateRequested(long pid) && pid == child -> new Terminated(epoch);
            case Draining(var epoch, var child)
            when event instanceof TerminateRequested(long pid) && isChild(child, pid) -> new Terminated(epoch);
            case Starting _, Serving _, AwaitingReady _, Draining _, Terminated _ ->
                throw new IllegalStateException("%s does not accept %s".formatted(state, event));
        };
    }

    private static boolean isChild(OptionalLong child, long pid) {
        return child.isPresent() && child.getAsLong() == pid;
    }
}
