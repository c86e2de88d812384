package io.baton.http;

/**
 * What of a request its response depends on.
 *
 * @param head whether it is a HEAD, which is answered without a body
 * @param http10 whether the client speaks HTTP/1.0
 * @param keepAlive whether the client would send another request on this connection
 * @param upgrade whether it asks for an upgrade that was passed on
 * @param connect whether it asks for a tunnel, which it gets with 2xx
 */
record ExchangeTerms(boolean head, boolean http10, boolean keepAlive, boolean upgrade, boolean connect) {
    /** Of a connection without requests. */
    static final ExchangeTerms BYTES = new ExchangeTerms(false, false, false, false, true);

    /** Whether a response of that status makes a tunnel. */
    boolean tunnels(int status) {
        return (upgrade && status == 101) || (connect && status / 100 == 2);
    }

    static ExchangeTerms of(CheckedRequest request) {
        return new ExchangeTerms(
                request.method().equals("HEAD"),
                request.http10(),
                request.keepAlive(),
                request.upgrade(),
                request.connect());
    }
}
