package io.baton.http;

/**
 * Finds where a head ends, without looking at any byte twice however slowly it comes. Line ends are CRLF and nothing else: a lone LF
 * that one side takes for an end and the other does not is how requests are smuggled.
 */
final class HeadScan {
    private static final int MAX_EMPTY_LINES = 2;

    /** Relative to the first byte of the head. */
    private int scanned;

    private int lineStart;

    /** For the next head. */
    void reset() {
        scanned = 0;
        lineStart = 0;
    }

    /** From where on {@link #find} needs the bytes. */
    int scanned() {
        return Math.max(0, scanned - 1);
    }

    /**
     * Looks for the empty line.
     *
     * @param bytes the head from its first byte on, at index 0; those below {@link #scanned()} are not looked at
     * @param length how many there are by now
     * @return how long the head is, its empty line included; -1 when it is not all there
     * @throws BadMessage for a lone LF or a head beyond {@code limits}
     */
    int find(byte[] bytes, int length, HttpLimits limits) throws BadMessage {
        int most = Math.min(length, limits.headBytes());
        for (int i = scanned; i < most; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            if (i == 0 || bytes[i - 1] != '\r') {
                throw BadMessage.malformed("a line of the head ends with LF, expected CRLF");
            }
            if (i - 1 == lineStart && lineStart > 0) {
                return i + 1;
            }
            if (lineStart == 0 && i >= limits.requestLineBytes()) {
                throw new BadMessage(414, "the request line is longer than " + limits.requestLineBytes() + " bytes");
            }
            lineStart = i + 1;
        }
        scanned = most;
        if (lineStart == 0 && most >= limits.requestLineBytes()) {
            throw new BadMessage(414, "the request line is longer than " + limits.requestLineBytes() + " bytes");
        }
        if (length > limits.headBytes() || most == limits.headBytes()) {
            throw new BadMessage(431, "the head is longer than " + limits.headBytes() + " bytes");
        }
        return -1;
    }

    /** How many empty lines there are before a request, in bytes: RFC 9112 section 2.2 has servers ignore them. */
    static int emptyLines(byte[] bytes, int length) {
        int skipped = 0;
        while (skipped < 2 * MAX_EMPTY_LINES
                && skipped + 1 < length
                && bytes[skipped] == '\r'
                && bytes[skipped + 1] == '\n') {
            skipped += 2;
        }
        return skipped;
    }
}
