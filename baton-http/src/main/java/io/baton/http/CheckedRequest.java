package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A request's head that may go on: what Netty lets through and a proxy must not is found here. Event loop only. */
final class CheckedRequest implements RequestHead {

    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

    private static final String GRPC = "application/grpc";

    private final HttpRequest message;
    private final String method;
    private final RequestTarget target;
    private final String host;
    private final boolean http10;
    private final BodyKind body;
    private final ConnectionOptions options;
    private final boolean upgrade;
    private final boolean connect;

    /**
     * Checks {@code message}, which stays as it is.
     *
     * @throws BadMessage with the status to answer
     */
    CheckedRequest(HttpRequest message) {
        this.message = message;
        HttpHeaders headers = message.headers();
        if (message.decoderResult().isFailure()) {
            BadMessage reason = BadMessage.of(message.decoderResult());
            if (reason.status() == 400) {
                BodyKind.checkCoding(headers); // Netty says 400 to what is 501
            }
            throw reason;
        }
        method = message.method().name();
        http10 = message.protocolVersion().equals(HttpVersion.HTTP_1_0);
        body = BodyKind.of(headers);
        // Netty takes 8 bytes without a Content-Length for this request's body, as a draft of WebSocket had it.
        // Upstream they would be the
        // next request.
        if (body == BodyKind.UNSAID && headers.contains(HeaderNames.SEC_WEBSOCKET_KEY1)) {
            throw BadMessage.malformed("Sec-WebSocket-Key1 is of a draft of WebSocket that is not spoken");
        }
        target = RequestTarget.parse(method, message.uri());
        host = hostOf(headers, target, http10);
        options = ConnectionOptions.of(headers);
        connect = method.equals("CONNECT");
        if (connect && body != BodyKind.UNSAID) {
            throw BadMessage.malformed("CONNECT has a body"); // RFC 9110 section 9.3.6
        }
        upgrade = !connect && wantsUpgrade(headers);
    }

    private static String hostOf(HttpHeaders headers, RequestTarget target, boolean http10) {
        List<String> hosts = headers.getAll(HeaderNames.HOST);
        if (hosts.size() > 1) {
            throw BadMessage.malformed("there are several Host headers");
        }
        if (hosts.isEmpty() && !http10) {
            throw BadMessage.malformed("there is no Host header");
        }
        if (!hosts.isEmpty()) {
            RequestTarget.checkAuthority(hosts.getFirst());
        }
        String authority = target.authority();
        if (authority == null) {
            authority = hosts.isEmpty() ? "" : hosts.getFirst();
        }
        return authority.substring(0, RequestTarget.hostEnd(authority)).toLowerCase(Locale.ROOT);
    }

    /**
     * Only an upgrade that the proxy can follow: it cannot follow one to HTTP/2, which would hide later requests from it (h2c smuggling),
     * nor one with a body before it.
     */
    private boolean wantsUpgrade(HttpHeaders headers) {
        if (http10 || hasBody() || !options.names().contains("upgrade")) {
            return false;
        }
        List<String> protocols = headers.getAll(HeaderNames.UPGRADE);
        for (String protocol : protocols) {
            String lower = protocol.toLowerCase(Locale.ROOT);
            if (lower.isEmpty() || lower.contains("h2c") || lower.contains("http/")) {
                return false;
            }
        }
        return !protocols.isEmpty();
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return target.path();
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(message.headers().get(name));
    }

    HttpRequest message() {
        return message;
    }

    RequestTarget target() {
        return target;
    }

    boolean http10() {
        return http10;
    }

    boolean hasBody() {
        return body == BodyKind.LENGTH || body == BodyKind.CHUNKED;
    }

    /** Whether it may be sent a second time when the first may have been lost. */
    boolean replayable() {
        return !hasBody() && IDEMPOTENT.contains(method);
    }

    /** Whether who asked said so, RFC 9110 section 6.5.1; to be asked before the request is rewritten. */
    boolean takesTrailers() {
        return message.headers().containsValue(HeaderNames.TE, HttpHeaderValues.TRAILERS, true);
    }

    /** Whether gRPC's client asks, who reads a status of HTTP as a failure of something on the way. */
    boolean grpc() {
        String type = message.headers().get(HeaderNames.CONTENT_TYPE);
        return type != null
                && type.startsWith(GRPC)
                && (type.length() == GRPC.length() || "+;".indexOf(type.charAt(GRPC.length())) >= 0);
    }

    ConnectionOptions options() {
        return options;
    }

    /** Whether it asks for an upgrade that is passed on. */
    boolean upgrade() {
        return upgrade;
    }

    /** Whether it asks for a tunnel to its target. */
    boolean connect() {
        return connect;
    }

    /** Whether the client would send another request on this connection. */
    boolean keepAlive() {
        return options.keepAlive(http10);
    }
}
