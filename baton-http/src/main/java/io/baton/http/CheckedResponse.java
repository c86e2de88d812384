package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** A response's head that may go on, and how its body goes. Event loop only. */
final class CheckedResponse {
    private final HttpResponse message;
    private final int status;
    private final BodyKind body;
    private final boolean switches;
    private final boolean bodiless;
    private final boolean keepAlive;
    private final ConnectionOptions options;

    /**
     * Checks {@code message}, which stays as it is.
     *
     * @param asked what the request asked for
     * @throws BadMessage whose status means nothing here
     */
    CheckedResponse(HttpResponse message, ExchangeTerms asked) {
        this.message = message;
        if (message.decoderResult().isFailure()) {
            throw BadMessage.of(message.decoderResult());
        }
        status = message.status().code();
        body = BodyKind.of(message.headers());
        switches = status == 101 || asked.tunnels(status);
        bodiless = asked.head() || switches || status < 200 || status == 204 || status == 304;
        options = ConnectionOptions.of(message.headers());
        keepAlive = options.keepAlive(message.protocolVersion().equals(HttpVersion.HTTP_1_0));
    }

    int status() {
        return status;
    }

    /** Whether its connection is to be a tunnel. */
    boolean switches() {
        return switches;
    }

    /** 1xx other than 101. */
    boolean interim() {
        return status < 200 && status != 101;
    }

    /** Whether the body's end is not the connection's. */
    boolean delimited() {
        return bodiless || body != BodyKind.UNSAID;
    }

    /** Whether it says how long it is, or that it is empty; a chunked one does not. */
    boolean lengthKnown() {
        return bodiless || body == BodyKind.LENGTH || body == BodyKind.EMPTY;
    }

    /** Whether the upstream would take another request on this connection. */
    boolean keepAlive() {
        return keepAlive && delimited();
    }

    /**
     * Makes of it the response that goes to the client: the same object, changed.
     *
     * @param chunkable whether the client knows chunks
     */
    HttpResponse rewrite(boolean chunkable, ConnectionHeader connection) {
        HttpHeaders headers = message.headers();
        HopByHop.remove(headers, options, status == 101 || status == 426);
        message.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (switches || status < 200 || status == 204) {
            headers.remove(HeaderNames.CONTENT_LENGTH); // RFC 9110 section 8.6
        }
        if (switches) {
            headers.remove(HeaderNames.TRANSFER_ENCODING);
        }
        if (!lengthKnown()) {
            if (chunkable) {
                headers.set(HeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            } else {
                headers.remove(HeaderNames.TRANSFER_ENCODING);
            }
        }
        if (status == 101) {
            headers.set(HeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        } else if (!interim() && !switches) {
            connection.set(headers);
        }
        return message;
    }
}
