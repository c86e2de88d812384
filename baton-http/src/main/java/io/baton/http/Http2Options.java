package io.baton.http;

/**
 * How HTTP/2 is spoken with a listener's clients. What is held for one connection is bounded by these: of what clients send, the
 * connection's window; of responses, {@link HttpProxyOptions#bufferBytes} and one read for each of its streams.
 *
 * @param priorKnowledge whether a connection that begins with HTTP/2's preface is taken for HTTP/2; what TLS negotiated is, in any case
 * @param maxStreams requests under way on one connection; more are refused, unprocessed
 * @param streamWindow bytes of one request's body that may come before the upstream has taken some
 * @param connectionWindow the same of all requests of a connection; streams whose upstream takes nothing hold up others when they fill it
 */
public record Http2Options(boolean priorKnowledge, int maxStreams, int streamWindow, int connectionWindow) {
    /** What a connection's window is before anybody says more, RFC 9113 section 6.9.2. */
    public static final int MIN_CONNECTION_WINDOW = 65_535;

    public static final int MIN_STREAM_WINDOW = 16 << 10;
    public static final int MAX_WINDOW = 64 << 20;
    public static final int MAX_STREAMS = 10_000;

    public Http2Options {
        check("maxStreams", maxStreams, 1, MAX_STREAMS);
        check("streamWindow", streamWindow, MIN_STREAM_WINDOW, MAX_WINDOW);
        check("connectionWindow", connectionWindow, MIN_CONNECTION_WINDOW, MAX_WINDOW);
    }

    /** With prior knowledge, 100 streams, 64 KiB for each and 1 MiB for all. */
    public static Http2Options defaults() {
        return new Http2Options(true, 100, 64 << 10, 1 << 20);
    }

    public Http2Options withPriorKnowledge(boolean value) {
        return new Http2Options(value, maxStreams, streamWindow, connectionWindow);
    }

    public Http2Options withMaxStreams(int value) {
        return new Http2Options(priorKnowledge, value, streamWindow, connectionWindow);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }
}
