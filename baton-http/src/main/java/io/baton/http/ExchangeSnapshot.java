package io.baton.http;

/**
 * A request that is at hand, and its response: what {@link Exchange} knows of them.
 *
 * @param closing whether the client was told that the connection ends with this response
 * @param upstreamKept whether the upstream's connection can be used again after it
 * @param responseChunked whether the client gets the body in chunks
 * @param request where in the client's message our decoder is; behind the request's end it is between messages
 * @param response where in the upstream's message
 * @param unread bytes that came from the upstream and are of no message yet
 * @param unsent bytes for the upstream that its socket did not take; none with TLS, which has them as records
 * @param tls what TLS to the upstream is at; empty without TLS
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared but by tests
record ExchangeSnapshot(
        ExchangeState state,
        ExchangeTerms terms,
        boolean closing,
        boolean upstreamKept,
        boolean responseChunked,
        BodyPlace request,
        BodyPlace response,
        byte[] unread,
        byte[] unsent,
        byte[] tls) {

    ExchangeSnapshot {
        boolean requestComes = state == ExchangeState.SENDING || state == ExchangeState.EARLY;
        boolean responseComes = state == ExchangeState.EARLY || state == ExchangeState.RESPONDING;
        boolean moves = state != ExchangeState.CONNECTING && state != ExchangeState.ENDED;
        if (!moves || request.within() != requestComes || response.within() != responseComes) {
            throw new IllegalArgumentException("an exchange that is %s, the request's body at %s, the response's at %s"
                    .formatted(state, request.kind(), response.kind()));
        }
        if (request.kind() == BodyPlace.Kind.ELSEWHERE
                || request.kind() == BodyPlace.Kind.UNTIL_CLOSE
                || response.kind() == BodyPlace.Kind.ELSEWHERE) {
            throw new IllegalArgumentException(
                    "a body at %s or %s, where no decoder is brought to".formatted(request.kind(), response.kind()));
        }
    }
}
