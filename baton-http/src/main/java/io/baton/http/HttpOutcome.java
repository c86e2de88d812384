package io.baton.http;

/** How a request ended. */
public enum HttpOutcome {
    /** The upstream's response went to the client whole. */
    COMPLETED,
    /** The connection was upgraded, and the tunnel has ended. */
    TUNNELLED,
    /** The request was malformed or too large and was answered so, with 4xx or 501 or 505. */
    REFUSED,
    /** No route: 404. */
    NO_ROUTE,
    /** The cluster had no endpoint: 503. */
    NO_UPSTREAM,
    /** No endpoint accepted a connection: 502. */
    CONNECT_FAILED,
    /** The upstream closed before its response was whole: 502, or the client was reset. */
    UPSTREAM_CLOSED,
    /** The upstream's response was malformed: 502, or the client was reset. */
    UPSTREAM_MALFORMED,
    /** The upstream took too long: 504, or the client was reset. */
    UPSTREAM_TIMEOUT,
    /** The client took too long: 408, or it was reset. */
    CLIENT_TIMEOUT,
    /** The client left before the response was whole. */
    CLIENT_CLOSED,
    /** The proxy closed. */
    CUT
}
