package io.baton.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes HTTP/2's header blocks of checked HTTP/1.1 messages. */
final class ToHttp2 {
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");

    /** What means a connection of HTTP/1.1, RFC 9113 section 8.2.2. */
    private static final Set<String> NOT_IN_HTTP2 = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "te",
            "host");

    private ToHttp2() {}

    /**
     * @param secure whether it goes through TLS
     * @param trailers whether who asked can take trailers, and said so
     */
    static Http2Headers request(HttpRequest message, boolean secure, boolean trailers) {
        Http2Headers block = new DefaultHttp2Headers(false, message.headers().size() + 5);
        block.method(AsciiString.of(message.method().name()));
        block.scheme(secure ? HTTPS : HTTP);
        block.path(message.uri());
        String host = message.headers().get(HeaderNames.HOST);
        if (host != null) {
            block.authority(host);
        }
        addTo(block, message.headers());
        if (trailers) {
            block.add(TE, TRAILERS);
        }
        return block;
    }

    static Http2Headers response(HttpResponse message) {
        Http2Headers block = new DefaultHttp2Headers(false, message.headers().size() + 1);
        block.status(message.status().codeAsText());
        addTo(block, message.headers());
        return block;
    }

    static Http2Headers trailers(HttpHeaders trailers) {
        Http2Headers block = new DefaultHttp2Headers(false, trailers.size());
        addTo(block, trailers);
        return block;
    }

    private static void addTo(Http2Headers block, HttpHeaders headers) {
        for (Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence(); all.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            String name = field.getKey().toString().toLowerCase(Locale.ROOT);
            if (!NOT_IN_HTTP2.contains(name)) {
                block.add(AsciiString.of(name), field.getValue());
            }
        }
    }
}
