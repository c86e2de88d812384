package io.baton;

/** What moves a process from one {@link HotRestartState} to the next. */
public sealed interface HotRestartEvent {

    /** This process has initialised and accepts. */
    record Ready() implements HotRestartEvent {}

    /** A child asked for the admin listener to be closed: the handover begins. */
    record ChildArrived(long pid) implements HotRestartEvent {}

    /** The child takes connections over: they may be offered. */
    record MigrationBegun(long pid) implements HotRestartEvent {}

    /** The handover channel is lost, its child is not: what has not moved stays, and drains when the child is ready. */
    record MigrationLost(long pid, String reason) implements HotRestartEvent {}

    /** The child gives back what it has taken over. */
    record RollbackBegun(long pid, String reason) implements HotRestartEvent {}

    /** The child accepts and had us drain, or has committed: the point of no return. */
    record ChildReady(long pid) implements HotRestartEvent {}

    /**
     * The child ended, was not ready in time, or has given everything back.
     *
     * @param alive true when it was only given up on
     */
    record ChildFailed(long pid, boolean alive, String reason) implements HotRestartEvent {}

    /** Someone on this side wants us to drain: a signal, or the admin API. */
    record DrainRequested() implements HotRestartEvent {}

    /** Nothing is left to wait for. */
    record Drained(String reason) implements HotRestartEvent {}

    /** The child told us to end. */
    record TerminateRequested(long pid) implements HotRestartEvent {}
}
