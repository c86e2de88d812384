package io.baton.http;

import java.util.Arrays;

/** A response's head, checked as strictly as a request's. Reused from head to head. Event loop only. */
final class ParsedResponse {
    private static final byte[] VERSION = Octets.ascii("HTTP/1.");
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");

    private final Fields fields = new Fields();
    private final BodyLength bodyLength = new BodyLength();
    private byte[] bytes = new byte[0];
    private int status;
    private int statusStart;
    private int lineEnd;
    private boolean http10;

    /**
     * Parses and checks {@code head[0, length)}, which ends with its empty line.
     *
     * @throws BadMessage whose status means nothing here
     */
    void parse(byte[] head, int length, HttpLimits limits) throws BadMessage {
        bytes = head;
        lineEnd = statusLine(head, length);
        fields.parse(head, lineEnd, length, limits.fields());
        bodyLength.parse(fields);
        if (http10 && bodyLength.chunked()) {
            throw BadMessage.malformed("an HTTP/1.0 response has Transfer-Encoding");
        }
    }

    /** {@code HTTP/1.1 200 OK}; the reason, and the space before it, may be missing. */
    private int statusLine(byte[] head, int length) throws BadMessage {
        int at = VERSION.length + 1;
        if (length < at + 6 || !Arrays.equals(head, 0, VERSION.length, VERSION, 0, VERSION.length)) {
            throw BadMessage.malformed("the response does not start with HTTP/1.");
        }
        byte minor = head[at - 1];
        boolean number = Octets.isDigit(head[at + 1]) && Octets.isDigit(head[at + 2]) && Octets.isDigit(head[at + 3]);
        if ((minor != '0' && minor != '1') || head[at] != ' ' || !number) {
            throw BadMessage.malformed("the response has no HTTP/1 status line");
        }
        http10 = minor == '0';
        statusStart = at + 1;
        status = 100 * (head[at + 1] - '0') + 10 * (head[at + 2] - '0') + head[at + 3] - '0';
        int end = at + 4;
        boolean good = status >= 100 && (head[end] == ' ' || head[end] == '\r');
        while (Octets.isFieldValue(head[end])) {
            end++;
        }
        if (!good || head[end] != '\r' || head[end + 1] != '\n') {
            throw BadMessage.malformed("the response's status line is malformed");
        }
        return end + 2;
    }

    byte[] bytes() {
        return bytes;
    }

    Fields fields() {
        return fields;
    }

    int status() {
        return status;
    }

    /** 1xx other than 101. */
    boolean interim() {
        return status < 200 && status != 101;
    }

    /** Of the status code, which goes on to the client with all that is behind it on its line. */
    int statusStart() {
        return statusStart;
    }

    /** Behind the status line's CRLF. */
    int lineEnd() {
        return lineEnd;
    }

    /**
     * What body follows, RFC 9112 section 6.3.
     *
     * @param head whether the request was a HEAD
     */
    Framing framing(boolean head) {
        if (head || status < 200 || status == 204 || status == 304) {
            return Framing.NONE;
        }
        if (bodyLength.chunked()) {
            return Framing.CHUNKED;
        }
        if (bodyLength.length() < 0) {
            return Framing.UNTIL_CLOSE;
        }
        return bodyLength.length() == 0 ? Framing.NONE : Framing.LENGTH;
    }

    long contentLength() {
        return bodyLength.length();
    }

    /** Whether the upstream would take another request on this connection. */
    boolean keepAlive() {
        return !fields.hasOption(CLOSE) && (!http10 || fields.hasOption(KEEP_ALIVE));
    }
}
