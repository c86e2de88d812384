package io.baton.http;

/** The first line of a request, as places in its bytes. Reused from head to head. Event loop only. */
final class RequestLine {
    private static final int MAX_METHOD = 32;
    private static final byte[] VERSION = Octets.ascii("HTTP/1.");

    private int methodEnd;
    private int targetStart;
    private int targetEnd;
    private boolean http10;

    /**
     * Takes the line at the start of {@code head} apart: method, one space, target, one space, version, CRLF.
     *
     * @return where the next line starts
     * @throws BadMessage 400, or 505 for another version
     */
    int parse(byte[] head, int to) throws BadMessage {
        int at = 0;
        while (Octets.isToken(head[at])) {
            at++;
        }
        if (at == 0 || at > MAX_METHOD || head[at] != ' ') {
            throw BadMessage.malformed("the request line does not start with a method and a space");
        }
        methodEnd = at++;
        targetStart = at;
        while (Octets.isTarget(head[at])) {
            at++;
        }
        if (at == targetStart || head[at] != ' ') {
            throw BadMessage.malformed(
                    head[at] == '\r'
                            ? "the request line has no version"
                            : "the request target has a character not allowed");
        }
        targetEnd = at++;
        return version(head, at, to);
    }

    private int version(byte[] head, int start, int to) throws BadMessage {
        int end = start + VERSION.length + 1;
        boolean oneLine = end + 1 < to && head[end] == '\r' && head[end + 1] == '\n';
        if (oneLine && startsWith(head, start, VERSION)) {
            byte minor = head[end - 1];
            if (minor == '1' || minor == '0') {
                http10 = minor == '0';
                return end + 2;
            }
        }
        if (oneLine && startsWith(head, start, Octets.ascii("HTTP/")) && head[start + 6] == '.') {
            throw new BadMessage(505, "the version is other than HTTP/1.1 and HTTP/1.0");
        }
        throw BadMessage.malformed("the request line does not end with a version");
    }

    private static boolean startsWith(byte[] head, int at, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (head[at + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    boolean http10() {
        return http10;
    }

    int methodEnd() {
        return methodEnd;
    }

    int targetStart() {
        return targetStart;
    }

    int targetEnd() {
        return targetEnd;
    }

    /** The method's name; without making a new string of the common ones. */
    String method(byte[] head) {
        String common = switch (head[0]) {
            case 'G' -> "GET";
            case 'H' -> "HEAD";
            case 'D' -> "DELETE";
            case 'O' -> "OPTIONS";
            case 'P' -> head[1] == 'O' ? "POST" : head[1] == 'U' ? "PUT" : "PATCH";
            default -> "";
        };
        if (common.length() == methodEnd) {
            int i = 0;
            while (i < methodEnd && head[i] == common.charAt(i)) {
                i++;
            }
            if (i == methodEnd) {
                return common;
            }
        }
        return Octets.text(head, 0, methodEnd);
    }
}
