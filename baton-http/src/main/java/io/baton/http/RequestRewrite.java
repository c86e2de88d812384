package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of the client's request the one that goes upstream: the same object, changed. */
final class RequestRewrite {
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    private RequestRewrite() {}

    static HttpRequest apply(CheckedRequest request, ClientFacts client, ForwardedHeaders forwarded) {
        HttpRequest message = request.message();
        HttpHeaders headers = message.headers();
        HopByHop.remove(headers, request.options(), request.upgrade());
        if (request.upgrade()) {
            headers.set(HeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        }
        if (request.http10()) {
            message.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        String asked = request.target().authority();
        if (asked != null) {
            message.setUri(request.target().target());
            headers.set(HeaderNames.HOST, asked);
        } else {
            asked = headers.get(HeaderNames.HOST);
        }
        if (asked == null) {
            headers.set(HeaderNames.HOST, client.localHost());
        }
        forward(headers, asked, client, forwarded);
        return message;
    }

    private static void forward(
            HttpHeaders headers, @Nullable String asked, ClientFacts client, ForwardedHeaders forwarded) {
        switch (forwarded) {
            case OFF -> {}
            case APPEND -> {
                appendClient(headers, client);
                if (!headers.contains(HeaderNames.X_FORWARDED_PROTO)) {
                    headers.add(HeaderNames.X_FORWARDED_PROTO, client.secure() ? HTTPS : HTTP);
                }
                if (asked != null && !headers.contains(HeaderNames.X_FORWARDED_HOST)) {
                    headers.add(HeaderNames.X_FORWARDED_HOST, asked);
                }
            }
            case REPLACE -> {
                set(headers, HeaderNames.X_FORWARDED_FOR, client.ip());
                headers.set(HeaderNames.X_FORWARDED_PROTO, client.secure() ? HTTPS : HTTP);
                set(headers, HeaderNames.X_FORWARDED_HOST, asked == null ? "" : asked);
            }
        }
    }

    private static void appendClient(HttpHeaders headers, ClientFacts client) {
        List<String> before = headers.getAll(HeaderNames.X_FORWARDED_FOR);
        if (before.isEmpty()) {
            set(headers, HeaderNames.X_FORWARDED_FOR, client.ip());
        } else {
            String chain = String.join(", ", before);
            set(headers, HeaderNames.X_FORWARDED_FOR, client.ip().isEmpty() ? chain : chain + ", " + client.ip());
        }
    }

    private static void set(HttpHeaders headers, AsciiString name, String value) {
        if (value.isEmpty()) {
            headers.remove(name);
        } else {
            headers.set(name, value);
        }
    }
}
