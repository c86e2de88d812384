package io.baton.admin;

/** What {@code /ready} says, in Envoy's words. */
public enum ServerState {
    LIVE(0),
    DRAINING(1),
    PRE_INITIALIZING(2);

    /** Envoy's number of the state, in {@code server.state}. */
    final int number;

    ServerState(int number) {
        this.number = number;
    }
}
