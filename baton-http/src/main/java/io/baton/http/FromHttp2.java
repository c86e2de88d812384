package io.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes HTTP/1.1 messages of HTTP/2's header blocks. Whatever would be read differently once it is written as HTTP/1.1 is refused, RFC
 * 9113 section 8.2.1 and 8.2.2; Netty's decoder has seen that pseudo-headers come first and are those of a request or of a response.
 */
final class FromHttp2 {
    /** Which methods say that there is a body, RFC 9110 section 8.6. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    /** What Netty's decoder of HTTP/1.1 drops, beside what {@link HopByHop} does. */
    private static final Set<AsciiString> NOT_IN_TRAILERS = Set.of(HeaderNames.CONTENT_LENGTH, HeaderNames.TRAILER);

    /** Names and values are checked here. */
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private FromHttp2() {}

    /**
     * A request.
     *
     * @param ends whether it has no body
     * @throws BadMessage with the status to answer
     */
    static HttpRequest request(Http2Headers block, boolean ends, HttpLimits limits) {
        Fields fields = new Fields(block, limits);
        String method = fields.required(":method");
        if (!isToken(method)) {
            throw BadMessage.malformed("the method is no token");
        }
        if (method.equals("CONNECT")) {
            throw new BadMessage(501, "CONNECT is for forward proxies, this is a reverse proxy");
        }
        String scheme = fields.required(":scheme");
        if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
            throw BadMessage.malformed("the scheme is neither http nor https");
        }
        String path = fields.required(":path");
        if (path.length() > limits.requestLineBytes()) {
            throw new BadMessage(414, "the path is longer than " + limits.requestLineBytes() + " bytes");
        }
        checkPath(method, path);
        HttpHeaders headers = fields.headers();
        host(headers, fields.pseudo(":authority"));
        cookies(headers);
        frame(headers, method, ends);
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), path, headers);
    }

    private static void checkPath(String method, String path) {
        if (!path.startsWith("/") && !(path.equals("*") && method.equals("OPTIONS"))) {
            throw BadMessage.malformed("the path does not begin with /");
        }
        for (int i = 0; i < path.length(); i++) {
            if (!Characters.isTarget(path.charAt(i))) {
                throw BadMessage.malformed("the path has a character not allowed");
            }
        }
    }

    private static void host(HttpHeaders headers, @Nullable String authority) {
        if (authority == null) {
            return; // without a Host, too, it is refused by who checks the request
        }
        for (String host : headers.getAll(HeaderNames.HOST)) {
            if (!host.equalsIgnoreCase(authority)) {
                throw BadMessage.malformed("Host is other than :authority");
            }
        }
        headers.set(HeaderNames.HOST, authority);
    }

    /** RFC 9113 section 8.2.3: HTTP/2 may have several, which are one in HTTP/1.1. */
    private static void cookies(HttpHeaders headers) {
        var cookies = headers.getAll(HeaderNames.COOKIE);
        if (cookies.size() > 1) {
            headers.set(HeaderNames.COOKIE, String.join("; ", cookies));
        }
    }

    private static void frame(HttpHeaders headers, String method, boolean ends) {
        boolean length = headers.contains(HeaderNames.CONTENT_LENGTH);
        if (!ends && !length) {
            headers.set(HeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else if (ends && !length && WITH_BODY.contains(method)) {
            headers.set(HeaderNames.CONTENT_LENGTH, "0");
        }
    }

    /**
     * A response.
     *
     * @throws BadMessage whose status means nothing here
     */
    static HttpResponse response(Http2Headers block, HttpLimits limits) {
        Fields fields = new Fields(block, limits);
        String text = fields.required(":status");
        boolean status = text.length() == 3 && text.charAt(0) >= '1';
        for (int i = 0; i < text.length(); i++) {
            status &= Characters.isDigit(text.charAt(i));
        }
        if (!status) {
            throw BadMessage.malformed("the status is no number of three digits");
        }
        int code = Integer.parseInt(text);
        if (code == 101) {
            throw BadMessage.malformed("HTTP/2 has no status 101");
        }
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), fields.headers());
    }

    /**
     * What comes behind a body, and its end.
     *
     * @throws BadMessage when they are malformed or too many
     */
    static LastHttpContent trailers(Http2Headers block, HttpLimits limits) {
        Fields fields = new Fields(block, limits);
        if (fields.anyPseudo()) {
            throw BadMessage.malformed("there is a pseudo-header among the trailers");
        }
        HttpHeaders headers = fields.headers();
        NOT_IN_TRAILERS.forEach(headers::remove);
        LastHttpContent end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, UNCHECKED);
        end.trailingHeaders().add(headers);
        return end;
    }

    /** How long {@code block} would be in HTTP/1.1, about. */
    static int length(Http2Headers block) {
        int bytes = 0;
        for (Map.Entry<CharSequence, CharSequence> field : block) {
            bytes += field.getKey().length() + field.getValue().length() + 4;
        }
        return bytes;
    }

    private static boolean isToken(CharSequence text) {
        boolean token = !text.isEmpty();
        for (int i = 0; i < text.length() && token; i++) {
            char each = text.charAt(i);
            token = each < 0x80 && Characters.isToken((byte) each);
        }
        return token;
    }

    /** One block, taken apart. */
    private static final class Fields {
        private final HttpHeaders headers = UNCHECKED.newHeaders();
        private final Map<String, String> pseudo = new HashMap<>(8);

        Fields(Http2Headers block, HttpLimits limits) {
            if (block.size() > limits.fields()) {
                throw new BadMessage(431, "there are more than " + limits.fields() + " header lines");
            }
            for (Map.Entry<CharSequence, CharSequence> field : block) {
                String name = field.getKey().toString();
                String value = field.getValue().toString();
                checkValue(value);
                if (name.startsWith(":")) {
                    if (pseudo.put(name, value) != null) {
                        throw BadMessage.malformed("a pseudo-header is there twice");
                    }
                } else {
                    checkName(name, value);
                    headers.add(name, value);
                }
            }
        }

        private static void checkName(String name, String value) {
            if (!isToken(name)) {
                throw BadMessage.malformed("a header's name is no token");
            }
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
                    throw BadMessage.malformed("a header's name has an upper-case letter");
                }
            }
            switch (name) {
                case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
                    throw BadMessage.malformed("there is a header that means an HTTP/1.1 connection");
                case "te" -> {
                    if (!value.equalsIgnoreCase("trailers")) {
                        throw BadMessage.malformed("TE is other than trailers");
                    }
                }
                default -> {}
            }
        }

        private static void checkValue(String value) {
            int length = value.length();
            for (int i = 0; i < length; i++) {
                char each = value.charAt(i);
                if (each > 0xff || !Characters.isText((byte) each)) {
                    throw BadMessage.malformed("a header's value has a control character");
                }
            }
            if (length > 0 && (isSpace(value.charAt(0)) || isSpace(value.charAt(length - 1)))) {
                throw BadMessage.malformed("there is space around a header's value");
            }
        }

        private static boolean isSpace(char each) {
            return each == ' ' || each == '\t';
        }

        String required(String name) {
            String value = pseudo.get(name);
            if (value == null || value.isEmpty()) {
                throw BadMessage.malformed("there is no " + name);
            }
            return value;
        }

        @Nullable
        String pseudo(String name) {
            return pseudo.get(name);
        }

        boolean anyPseudo() {
            return !pseudo.isEmpty();
        }

        HttpHeaders headers() {
            return headers;
        }
    }
}
