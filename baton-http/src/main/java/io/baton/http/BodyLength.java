package io.baton.http;

/** What the head says of its body's length. Reused from head to head. Event loop only. */
final class BodyLength {
    private static final byte[] CHUNKED = Octets.ascii("chunked");

    /** 10^18 - 1 bytes are enough for anybody, and fit a long. */
    private static final int MAX_DIGITS = 18;

    private boolean chunked;
    private long length;

    /**
     * Reads Content-Length and Transfer-Encoding. One of them, once, in its plainest form: whatever else two parsers could read
     * differently.
     *
     * @throws BadMessage 400, or 501 for a transfer coding other than chunked
     */
    void parse(Fields fields) throws BadMessage {
        chunked = false;
        length = -1;
        for (int i = 0; i < fields.count(); i++) {
            KnownField field = fields.known(i);
            if (field == KnownField.CONTENT_LENGTH) {
                if (length >= 0) {
                    throw BadMessage.malformed("there are several Content-Length headers");
                }
                length = number(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
            } else if (field == KnownField.TRANSFER_ENCODING) {
                if (chunked) {
                    throw BadMessage.malformed("there are several Transfer-Encoding headers");
                }
                if (!fields.valueIs(i, CHUNKED)) {
                    throw new BadMessage(501, "Transfer-Encoding is other than chunked");
                }
                chunked = true;
            }
        }
        if (chunked && length >= 0) {
            throw BadMessage.malformed("there are both Transfer-Encoding and Content-Length");
        }
    }

    private static long number(byte[] bytes, int from, int to) throws BadMessage {
        if (from == to || to - from > MAX_DIGITS) {
            throw BadMessage.malformed("Content-Length is empty or too large");
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!Octets.isDigit(bytes[i])) {
                throw BadMessage.malformed("Content-Length is no number");
            }
            value = 10 * value + bytes[i] - '0';
        }
        return value;
    }

    boolean chunked() {
        return chunked;
    }

    /** -1 when it is not said. */
    long length() {
        return length;
    }
}
