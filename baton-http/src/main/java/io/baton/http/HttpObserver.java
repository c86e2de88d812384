package io.baton.http;

import io.baton.posix.SocketAddress;

/**
 * Told what happens in an HTTP proxy, on the event loop it happens on: implementations are thread-safe and must not block. What they
 * throw is logged and changes nothing else.
 */
public interface HttpObserver {

    /** Observes nothing. */
    HttpObserver NONE = new HttpObserver() {};

    /** A client was accepted. */
    default void connectionOpened(String listener, SocketAddress client) {}

    /** A client and we agreed on TLS; {@link #connectionOpened} follows. */
    default void handshakeCompleted(String listener) {}

    /**
     * A client and we did not agree on TLS; its connection is closed, and was never {@linkplain #connectionOpened opened}.
     *
     * @param reason for a log
     */
    default void handshakeFailed(String listener, SocketAddress client, String reason) {}

    /**
     * A client's connection ended; this or {@link #connectionMoved} once for each that was opened or restored.
     *
     * @param requests how many it brought
     */
    default void connectionClosed(String listener, long requests) {}

    /** A client's connection has a new owner, another process, which goes on with it; instead of {@link #connectionClosed}. */
    default void connectionMoved(String listener) {}

    /** A client's connection that another process accepted is ours; instead of {@link #connectionOpened}. */
    default void connectionRestored(String listener) {}

    /** A request ended; called exactly once for each, also for those that were refused. */
    default void requestEnded(HttpExchangeReport report) {}

    /** An endpoint accepted a connection. */
    default void upstreamOpened(String cluster, SocketAddress endpoint) {}

    /** A connection to an endpoint that another process made is ours. */
    default void upstreamRestored(String cluster, SocketAddress endpoint) {}

    /** A connection to an endpoint ended, or has moved to another process; once for each of those two. */
    default void upstreamClosed(String cluster, SocketAddress endpoint) {}

    /** Accepting pauses: the connection limit is reached, or there is no further fd. */
    default void acceptPaused() {}

    /** Accepting goes on. */
    default void acceptResumed() {}

    /** An event loop died, or something that cannot happen did: what is left is no proxy to go on with. */
    default void broken(Throwable cause) {}
}
