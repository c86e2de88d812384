package io.baton.http;

/**
 * Why an exchange does not come to its proper end, and who is told what.
 *
 * @param status to answer with when nothing of a response has gone to the client; else it is reset
 * @param reason one line for the same case
 * @param clientsFault whether the connection is not to be used further
 */
record ExchangeFailure(int status, String reason, boolean clientsFault, UpstreamOutcome upstream, HttpOutcome outcome) {
    static final ExchangeFailure BODY_DOES_NOT_COME = new ExchangeFailure(
            408,
            "the request's body did not come in time",
            true,
            UpstreamOutcome.CANCELLED,
            HttpOutcome.CLIENT_TIMEOUT);
    static final ExchangeFailure RESPONSE_IS_NOT_READ =
            new ExchangeFailure(408, "", true, UpstreamOutcome.CANCELLED, HttpOutcome.CLIENT_TIMEOUT);
    static final ExchangeFailure TUNNEL_STANDS_STILL =
            new ExchangeFailure(408, "", true, UpstreamOutcome.COMPLETED, HttpOutcome.TUNNELLED);
    static final ExchangeFailure REQUEST_IS_NOT_TAKEN = timeout("the upstream does not take the request");
    static final ExchangeFailure NO_RESPONSE = timeout("the upstream did not respond in time");
    static final ExchangeFailure RESPONSE_STANDS_STILL = timeout("");
    static final ExchangeFailure UPSTREAM_CLOSED = new ExchangeFailure(
            502, "the upstream closed without a response", false, UpstreamOutcome.CLOSED, HttpOutcome.UPSTREAM_CLOSED);

    private static ExchangeFailure timeout(String reason) {
        return new ExchangeFailure(504, reason, false, UpstreamOutcome.TIMEOUT, HttpOutcome.UPSTREAM_TIMEOUT);
    }

    /** The request's body is malformed. */
    static ExchangeFailure ofRequest(BadMessage bad) {
        return new ExchangeFailure(bad.status(), bad.reason(), true, UpstreamOutcome.CANCELLED, HttpOutcome.REFUSED);
    }

    static ExchangeFailure ofResponse(BadMessage bad) {
        return new ExchangeFailure(
                502,
                "the upstream's response is malformed: " + bad.reason(),
                false,
                UpstreamOutcome.MALFORMED,
                HttpOutcome.UPSTREAM_MALFORMED);
    }

    /** @param tried whether there was an endpoint */
    static ExchangeFailure ofPick(Pick.Reason why, boolean tried) {
        if (tried) {
            return new ExchangeFailure(
                    502,
                    "no endpoint accepts a connection",
                    false,
                    UpstreamOutcome.CANCELLED,
                    HttpOutcome.CONNECT_FAILED);
        }
        String reason = switch (why) {
            case NO_HEALTHY -> "no endpoint is healthy";
            case CIRCUIT_OPEN -> "there is no room for another request";
            case ALL_TRIED -> "there is no endpoint";
        };
        return new ExchangeFailure(503, reason, false, UpstreamOutcome.CANCELLED, HttpOutcome.NO_UPSTREAM);
    }
}
