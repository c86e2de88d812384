package io.baton.http;

import io.baton.posix.SocketAddress;

/** One request's use of an endpoint. Called on the event loop that picked it; must not block. */
public interface UpstreamLease {

    SocketAddress address();

    /** The endpoint did not accept a connection; {@link #ended} with {@link UpstreamOutcome#CONNECT_FAILED} follows. */
    default void connectFailed(String reason) {}

    /** The request is done with the endpoint, one way or the other. Called exactly once. */
    void ended(UpstreamOutcome outcome);
}
