package io.baton.http;

/**
 * Where in a message a decoder is: what Netty keeps to itself, and what a decoder in another process is brought to.
 *
 * @param left of the body, or of the chunk at hand: bytes that did not come; 0 where the kind says no such thing
 * @param fields header and trailer lines that came, which are counted together
 * @param extra bytes of chunk extensions that came
 */
record BodyPlace(Kind kind, long left, int fields, int extra) {
    enum Kind {
        /** Before a head. */
        BETWEEN,
        /** In a body of known length. */
        LENGTH,
        /** Before the size of a chunk. */
        CHUNK_SIZE,
        CHUNK_DATA,
        /** Before the end of line behind a chunk. */
        CHUNK_END,
        /** Behind the last chunk, before the first trailer. */
        LAST_CHUNK,
        /** In a body that ends with the connection. */
        UNTIL_CLOSE,
        /** Where no other decoder can be brought to: behind the first of several trailers. */
        ELSEWHERE
    }

    static final BodyPlace START = new BodyPlace(Kind.BETWEEN, 0, 0, 0);

    BodyPlace {
        boolean counted = kind == Kind.LENGTH || kind == Kind.CHUNK_DATA;
        if (counted != (left > 0) || (kind == Kind.CHUNK_DATA && left > Integer.MAX_VALUE) || fields < 0 || extra < 0) {
            throw new IllegalArgumentException(
                    "a body at %s with %d bytes left, %d fields, %d bytes of extensions, expected %s left"
                            .formatted(kind, left, fields, extra, counted ? "some" : "none"));
        }
    }

    boolean within() {
        return kind != Kind.BETWEEN;
    }

    boolean chunked() {
        return switch (kind) {
            case CHUNK_SIZE, CHUNK_DATA, CHUNK_END, LAST_CHUNK, ELSEWHERE -> true;
            case BETWEEN, LENGTH, UNTIL_CLOSE -> false;
        };
    }

    /**
     * What brings a decoder here: a first line, the framing, and of a chunked body a chunk's beginning. What it makes of it is to be thrown
     * away.
     *
     * @param firstLine of a head of no meaning, with its end of line
     * @throws IllegalStateException when nothing does
     */
    String synthetic(String firstLine) {
        return firstLine
                + switch (kind) {
                    case LENGTH -> "Content-Length: " + left + "\r\n\r\n";
                    case CHUNK_SIZE -> CHUNKED;
                    case CHUNK_DATA -> CHUNKED + Long.toHexString(left) + "\r\n";
                    case CHUNK_END -> CHUNKED + "1\r\n.";
                    case LAST_CHUNK -> CHUNKED + "0\r\n";
                    case UNTIL_CLOSE -> "\r\n";
                    case BETWEEN, ELSEWHERE -> throw new IllegalStateException("no head leads to " + kind);
                };
    }

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
}
