package io.baton.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Set;

/** The header fields that are for the next hop only, RFC 9110 section 7.6.1. */
final class HopByHop {

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
            HeaderNames.HOST,
            HeaderNames.EXPECT,
            HeaderNames.X_FORWARDED_FOR,
            HeaderNames.X_FORWARDED_HOST,
            HeaderNames.X_FORWARDED_PROTO);

    private HopByHop() {}

    /**
     * Takes them out of {@code headers}, but for Transfer-Encoding, which is the encoder's.
     *
     * @param upgrade whether Upgrade stays
     */
    static void remove(HttpHeaders headers, ConnectionOptions options, boolean upgrade) {
        headers.remove(HeaderNames.KEEP_ALIVE);
        headers.remove(HeaderNames.PROXY_CONNECTION);
        headers.remove(HeaderNames.TE);
        headers.remove(HeaderNames.HTTP2_SETTINGS);
        if (!upgrade) {
            headers.remove(HeaderNames.UPGRADE);
        }
        headers.remove(HeaderNames.CONNECTION);
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
