package io.baton.cli;

/** Where a process stands that is led by signals, as nginx's master is. {@link ExecStates} has every transition. */
sealed interface ExecState {

    /** It accepts, and has no child. */
    record Serving() implements ExecState {}

    /** It has no child either, but accepts nothing until it is told to. */
    record Paused() implements ExecState {}

    /**
     * It accepts beside its child, or the child is starting.
     *
     * @param manual whether an operator leads the handover
     */
    record Upgrading(long child, boolean manual) implements ExecState {}

    /** The child accepts alone, and gets the connections; all of it can be taken back. */
    record StandingBy(long child) implements ExecState {}

    /** It ends when its connections have. */
    record Leaving() implements ExecState {}
}
