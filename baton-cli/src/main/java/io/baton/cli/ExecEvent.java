package io.baton.cli;

/** What moves a process from one {@link ExecState} to the next. */
sealed interface ExecEvent {

    /** USR2. */
    record Upgrade() implements ExecEvent {}

    /** WINCH. */
    record StandBy() implements ExecEvent {}

    /** HUP. */
    record TakeBack() implements ExecEvent {}

    /** QUIT. */
    record Leave() implements ExecEvent {}

    /** A child was started. */
    record Started(long child, boolean manual) implements ExecEvent {}

    /** The child gives back what it had taken over. */
    record Returning() implements ExecEvent {}

    /** The child serves in our place, for good. */
    record Committed() implements ExecEvent {}

    /** The child's process has ended. */
    record Ended(long child, String how) implements ExecEvent {}
}
