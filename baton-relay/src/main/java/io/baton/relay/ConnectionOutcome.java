package io.baton.relay;

/** How a connection ended. */
public enum ConnectionOutcome {
    /** Both sides finished what they had to say. */
    COMPLETED,
    /** The client broke it off; the upstream got a reset too. */
    CLIENT_RESET,
    /** The upstream broke it off; the client got a reset too. */
    UPSTREAM_RESET,
    /** No endpoint accepted; the client got a reset. */
    CONNECT_FAILED,
    /** There is no destination for what the client said first, or it ended before it had said enough; it got a reset. */
    NO_ROUTE,
    /** The client did not say in time where it wants to go; it got a reset. */
    HELLO_TIMEOUT,
    /** No byte moved for the idle timeout; both sides got a reset. */
    IDLE_TIMEOUT,
    /** The relay itself broke it off: closed, or the kernel could not hold bytes in flight; both sides got a reset. */
    CUT
}
