package io.baton;

/**
 * Where a child stands with its parent's connections. {@link AdoptionStates#next} holds every transition; the parent's side of it is
 * {@link HotRestartState}.
 *
 * <pre>
 *           ChannelPassed           Welcomed           OffersEnded            Commit
 *  Unasked --------------> Greeting --------> Adopting -----------> Gathered --------> Committed
 *     |                      |   |              |   |                |   |                 |
 *     +----------------------+---|--------------+---|----------------+---|---- ChannelLost +--> Alone
 *                                | RollbackWanted   | RollbackWanted     |
 *                                v                  v                    |
 *                             Undone <-Returned- Returning <-------------+
 * </pre>
 */
sealed interface AdoptionState {

    /** No channel yet. */
    record Unasked() implements AdoptionState {}

    /** We have introduced ourselves. */
    record Greeting() implements AdoptionState {}

    /** Connections come. */
    record Adopting() implements AdoptionState {}

    /** All that could move has, and nothing is committed. */
    record Gathered() implements AdoptionState {}

    /** The point of no return is behind us; what could not move before still may. */
    record Committed() implements AdoptionState {}

    /** Giving back what we have, and taking no more. */
    record Returning(String reason) implements AdoptionState {}

    /** Rolled back: to end, without having served. */
    record Undone(String reason) implements AdoptionState {}

    /** Without a channel, as with an Envoy: what has come is ours, what has not drains where it is. */
    record Alone(String reason) implements AdoptionState {}
}
