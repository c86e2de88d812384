package io.baton.http;

/** What changes an {@link ExchangeState}. */
enum ExchangeEvent {
    /** There is a connection to an endpoint, and the head is on its way. */
    CONNECTED,
    /** The last of the request went upstream. */
    REQUEST_END,
    /** The upstream's final response began. */
    RESPONSE_HEAD,
    /** The upstream switched protocols. */
    SWITCHED,
    /** The endpoint is given up for another one. */
    RETRY,
    /** All is done, or nothing more can be. */
    END
}
