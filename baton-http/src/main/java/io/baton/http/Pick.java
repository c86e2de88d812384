package io.baton.http;

/** What a cluster chose for a request. */
public sealed interface Pick {

    /** An endpoint. */
    record Endpoint(UpstreamLease lease) implements Pick {}

    /** None. */
    record None(Reason reason) implements Pick {}

    /** Why there is none. */
    enum Reason {
        /** No endpoint is healthy. */
        NO_HEALTHY,
        /** The cluster has as many requests or connections as it may. */
        CIRCUIT_OPEN,
        /** Every endpoint was tried for this request. */
        ALL_TRIED
    }
}
