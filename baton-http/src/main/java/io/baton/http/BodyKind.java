package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** What a head says of its body. */
enum BodyKind {
    /** Nothing: a request has none, a response's ends with the connection. */
    UNSAID,
    /** By Content-Length: none. */
    EMPTY,
    /** By Content-Length: some. */
    LENGTH,
    CHUNKED;

    /**
     * Reads Content-Length and Transfer-Encoding; of which Netty has seen that there is one at most, the first a number. Here it is asked
     * for in its plainest form: whatever else two parsers could read differently.
     *
     * @throws BadMessage 400, or 501 for a transfer coding other than chunked
     */
    static BodyKind of(HttpHeaders headers) {
        String length = headers.get(HeaderNames.CONTENT_LENGTH);
        if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
            checkCoding(headers);
            if (length != null) {
                throw BadMessage.malformed("there are both Transfer-Encoding and Content-Length");
            }
            return CHUNKED;
        }
        if (length == null) {
            return UNSAID;
        }
        return isZero(length) ? EMPTY : LENGTH;
    }

    /**
     * Whether Transfer-Encoding, if it is there, says chunked and nothing more.
     *
     * @throws BadMessage 400, or 501 for a transfer coding other than chunked
     */
    static void checkCoding(HttpHeaders headers) {
        List<String> codings = headers.getAll(HeaderNames.TRANSFER_ENCODING);
        if (codings.size() > 1) {
            throw BadMessage.malformed("there are several Transfer-Encoding headers");
        }
        if (!codings.isEmpty() && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())) {
            throw new BadMessage(501, "Transfer-Encoding is other than chunked");
        }
    }

    private static boolean isZero(String number) {
        for (int i = 0; i < number.length(); i++) {
            if (number.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
