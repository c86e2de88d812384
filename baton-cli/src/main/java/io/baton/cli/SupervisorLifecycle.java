package io.baton.cli;

/** Holds the supervisor's state, and changes it in one place. Only touched on the supervisor's thread. */
final class SupervisorLifecycle {
    private SupervisorState state = new SupervisorState.BackingOff();

    SupervisorState state() {
        return state;
    }

    /** @throws IllegalStateException for an event that cannot happen in this state: a mistake of ours */
    void apply(SupervisorState.Event event) {
        state = state.next(event);
    }
}
