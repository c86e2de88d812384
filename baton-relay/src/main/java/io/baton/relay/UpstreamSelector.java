package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.SocketAddress;
import java.util.Iterator;

/** Chooses endpoints for connections. Called on every loop thread: implementations are thread-safe and must not block. */
public interface UpstreamSelector {

    /**
     * The endpoints for one new connection, tried in this order until one accepts. Asked for one at a time, and bounded: a
     * connection whose candidates are used up fails with {@link ConnectionOutcome#CONNECT_FAILED}.
     */
    Iterator<SocketAddress> candidates();

    /** {@code endpoint} accepted a connection. */
    default void connected(SocketAddress endpoint) {}

    /**
     * {@code endpoint} did not accept a connection; the next candidate is tried.
     *
     * @param reason ECONNREFUSED, EHOSTUNREACH, …; ETIMEDOUT also when the listener's connect timeout ran out
     */
    default void failed(SocketAddress endpoint, Errno reason) {}

    /** A connection that {@code endpoint} accepted in another process goes on here. */
    default void arrived(SocketAddress endpoint) {}

    /** The connection at {@code endpoint} has ended here, or goes on in another process; once for each {@link #connected} and {@link #arrived}. */
    default void ended(SocketAddress endpoint) {}
}
