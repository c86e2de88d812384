package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Set;

/** The header fields that are for the next hop only, RFC 9110 section 7.6.1. */
final class HopByHop {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");

    /** Not to be had away by naming them in Connection. */
    private static final Set<String> KEPT = Set.of(
            "content-length",
            "transfer-encoding",
            "expect",
            "host",
            "trailer",
            "upgrade",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto");

    /** What means nothing in a trailer, beside what Netty drops: how a message is framed or routed, RFC 9110 section 6.5.1. */
    private static final Set<AsciiString> NOT_IN_TRAILERS = Set.of(
            HttpHeaderNames.HOST,
            HttpHeaderNames.EXPECT,
            AsciiString.cached("x-forwarded-for"),
            AsciiString.cached("x-forwarded-host"),
            AsciiString.cached("x-forwarded-proto"));

    private HopByHop() {}

    /**
     * Takes them out of {@code headers}, but for Transfer-Encoding, which is the encoder's.
     *
     * @param upgrade whether Upgrade stays
     */
    static void remove(HttpHeaders headers, ConnectionOptions options, boolean upgrade) {
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(HTTP2_SETTINGS);
        if (!upgrade) {
            headers.remove(HttpHeaderNames.UPGRADE);
        }
        headers.remove(HttpHeaderNames.CONNECTION);
        for (String name : options.names()) {
            if (!KEPT.contains(name)) {
                headers.remove(name);
            }
        }
    }

    /** Takes out of trailers what must not be there. */
    static void removeFromTrailers(HttpHeaders trailers) {
        if (!trailers.isEmpty()) {
            remove(trailers, ConnectionOptions.of(trailers), false);
            NOT_IN_TRAILERS.forEach(trailers::remove);
        }
    }
}
