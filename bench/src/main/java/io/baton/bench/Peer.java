package io.baton.bench;

import java.util.List;
import java.util.Optional;

/** A proxy that is measured beside Baton, or Baton itself: how to start it for some routes. */
interface Peer {
    String name();

    /** Why it cannot take part, and how it could; empty when it can. */
    Optional<String> missing();

    /** In its own words, one line. */
    String version();

    /**
     * Starts it and waits until it accepts connections.
     *
     * @param scene closes it in the end; it may put files into the scene's directory
     */
    RunningPeer start(List<Route> routes, Scene scene) throws BenchException;
}
