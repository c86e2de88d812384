package io.baton.relay;

/** What was settled of a connection between two processes, for the loop that has it to do. */
sealed interface Move {

    /** It was not taken. */
    record Resume(Departure departure) implements Move {}

    /** It has a new owner. */
    record Release(Departure departure) implements Move {}

    /** It is ours. */
    record Admit(Arrival arrival) implements Move {}
}
