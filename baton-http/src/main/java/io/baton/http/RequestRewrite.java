package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of the client's request the one that goes upstream: the same object, changed. */
final class RequestRewrite {
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString HTTP = AsciiString.cached("http");

    private RequestRewrite() {}

    static HttpRequest apply(CheckedRequest request, ClientFacts client, ForwardedHeaders forwarded) {
        HttpRequest message = request.message();
        HttpHeaders headers = message.headers();
        HopByHop.remove(headers, request.options(), request.upgrade());
        if (request.upgrade()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        }
        if (request.http10()) {
            message.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        String asked = request.target().authority();
        if (asked != null) {
            message.setUri(request.target().target());
            headers.set(HttpHeaderNames.HOST, asked);
        } else {
            asked = headers.get(HttpHeaderNames.HOST);
        }
        if (asked == null) {
            headers.set(HttpHeaderNames.HOST, client.localHost());
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
                if (!headers.contains(FORWARDED_PROTO)) {
                    headers.add(FORWARDED_PROTO, HTTP);
                }
                if (asked != null && !headers.contains(FORWARDED_HOST)) {
                    headers.add(FORWARDED_HOST, asked);
                }
            }
            case REPLACE -> {
                set(headers, FORWARDED_FOR, client.ip());
                headers.set(FORWARDED_PROTO, HTTP);
                set(headers, FORWARDED_HOST, asked == null ? "" : asked);
            }
        }
    }

    private static void appendClient(HttpHeaders headers, ClientFacts client) {
        List<String> before = headers.getAll(FORWARDED_FOR);
        if (before.isEmpty()) {
            set(headers, FORWARDED_FOR, client.ip());
        } else {
            String chain = String.join(", ", before);
            set(headers, FORWARDED_FOR, client.ip().isEmpty() ? chain : chain + ", " + client.ip());
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
