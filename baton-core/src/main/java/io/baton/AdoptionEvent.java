package io.baton;

/** What moves a child from one {@link AdoptionState} to the next. */
sealed interface AdoptionEvent {

    /** The parent has passed our end of the channel, and we have said Hello. */
    record ChannelPassed() implements AdoptionEvent {}

    /** The parent is willing, and we have said Ready. */
    record Welcomed() implements AdoptionEvent {}

    /** The parent has nothing more to move. */
    record OffersEnded(long left) implements AdoptionEvent {}

    /** We have said Commit, and the parent can read it. */
    record CommitSent() implements AdoptionEvent {}

    /** Someone wants this hot restart undone. */
    record RollbackWanted(String reason) implements AdoptionEvent {}

    /** The parent has everything back that can go back. */
    record Returned() implements AdoptionEvent {}

    /** There is no channel, or no longer: not supported there, refused, closed, broken, or silent for too long. */
    record ChannelLost(String reason) implements AdoptionEvent {}
}
