package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** Takes the request from the client's decoder to an upstream's encoder. Event loop only. */
final class RequestRelay {
    private final @Nullable HttpRequest message;
    private boolean ended;

    RequestRelay(CheckedRequest request) {
        this.message = request.message();
        this.ended = !request.hasBody();
    }

    /** Of a request whose head went upstream in another process. */
    RequestRelay(boolean ended) {
        this.message = null;
        this.ended = ended;
    }

    /** Whether the body, if there is one, has come to its end. */
    boolean ended() {
        return ended;
    }

    /** Sends the head; one without a body as often as it takes. */
    void begin(UpstreamSide to) {
        to.write(requireNonNull(message, "the head has gone in another process"));
        if (ended) {
            to.write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /**
     * Takes over the next part of the body, and passes it on.
     *
     * @throws BadMessage when it is none
     */
    void take(HttpContent part, UpstreamSide to) {
        boolean last = part instanceof LastHttpContent;
        try {
            if (part.decoderResult().isFailure()) {
                throw BadMessage.of(part.decoderResult());
            }
            if (last) {
                HopByHop.removeFromTrailers(((LastHttpContent) part).trailingHeaders());
            }
        } catch (BadMessage e) {
            part.release();
            throw e;
        }
        to.write(part);
        ended = last;
    }
}
