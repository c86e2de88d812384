package io.baton.http;

/** How an {@link UpstreamLease} ended. */
public enum UpstreamOutcome {
    /** The response came whole; of whatever status. */
    COMPLETED,
    /** No connection could be made. */
    CONNECT_FAILED,
    /** A kept connection had been closed meanwhile; the request goes on with another lease. */
    STALE,
    /** The connection ended before the response did. */
    CLOSED,
    /** What came is no HTTP response. */
    MALFORMED,
    /** No response, or no more of it, in time. */
    TIMEOUT,
    /** The client was the reason, or the proxy closed: nothing is known of the endpoint. */
    CANCELLED,
    /** The request goes on in another process. */
    MOVED
}
