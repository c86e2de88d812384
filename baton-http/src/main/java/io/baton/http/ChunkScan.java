package io.baton.http;

/**
 * Walks a chunked body, RFC 9112 section 7.1, strictly: hex digits, CRLF, data, CRLF, and nothing in between but extensions. What it
 * lets through can go on as it came. The trailers are the caller's: it stops in front of them.
 */
final class ChunkScan {
    /** 2^60 - 1 bytes in one chunk. */
    private static final int MAX_DIGITS = 15;

    /** Of one body: extensions mean nothing to anybody, and are a way to keep a proxy busy. */
    private static final int MAX_EXTENSION_BYTES = 16 << 10;

    /** What the bytes that {@link #next} passed are. */
    enum Piece {
        /** Chunk sizes and line ends: to be passed on with the data, or dropped when the chunking is. */
        FRAMING,
        DATA,
        /** Chunk extensions: dropped. */
        EXTENSION,
        /** The last chunk's size line, its CRLF included; trailers and an empty line follow. */
        LAST_CHUNK
    }

    private enum State {
        FIRST_DIGIT,
        DIGITS,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS
    }

    private State state = State.FIRST_DIGIT;
    private long left;
    private int digits;
    private int extensionBytes;
    private int position;

    /** Behind the piece that {@link #next} returned. */
    int position() {
        return position;
    }

    /** Whether the last chunk has been seen. */
    boolean atTrailers() {
        return state == State.TRAILERS;
    }

    /**
     * Passes one piece, or as much of it as there is.
     *
     * @param from less than {@code to}
     */
    Piece next(io.netty.buffer.ByteBuf buffer, int from, int to) throws BadMessage {
        if (state == State.DATA) {
            int count = (int) Math.min(left, to - from);
            left -= count;
            position = from + count;
            if (left == 0) {
                state = State.DATA_CR;
            }
            return Piece.DATA;
        }
        if (state == State.EXTENSION) {
            return extension(buffer, from, to);
        }
        int at = from;
        while (at < to && isFraming(state)) {
            octet(buffer.getByte(at), at);
            if (state != State.EXTENSION) {
                at++;
            }
        }
        position = at;
        if (state == State.EXTENSION && at == from) {
            return extension(buffer, from, to);
        }
        return state == State.TRAILERS ? Piece.LAST_CHUNK : Piece.FRAMING;
    }

    private static boolean isFraming(State state) {
        return switch (state) {
            case FIRST_DIGIT, DIGITS, SIZE_LF, DATA_CR, DATA_LF -> true;
            case EXTENSION, DATA, TRAILERS -> false;
        };
    }

    private void octet(byte octet, int at) throws BadMessage {
        switch (state) {
            case FIRST_DIGIT, DIGITS -> digit(octet);
            case SIZE_LF -> {
                expect(octet, '\n');
                state = left == 0 ? State.TRAILERS : State.DATA;
            }
            case DATA_CR -> {
                expect(octet, '\r');
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(octet, '\n');
                state = State.FIRST_DIGIT;
                left = 0;
                digits = 0;
            }
            case EXTENSION, DATA, TRAILERS -> throw new IllegalStateException(state + " at " + at);
        }
    }

    private void digit(byte octet) throws BadMessage {
        int value = Octets.hex(octet);
        if (value >= 0) {
            if (++digits > MAX_DIGITS) {
                throw BadMessage.malformed("a chunk size has more than " + MAX_DIGITS + " digits");
            }
            left = 16 * left + value;
            state = State.DIGITS;
        } else if (state == State.DIGITS && octet == '\r') {
            state = State.SIZE_LF;
        } else if (state == State.DIGITS && octet == ';') {
            state = State.EXTENSION;
        } else {
            throw BadMessage.malformed("a chunk size is no hex number");
        }
    }

    private Piece extension(io.netty.buffer.ByteBuf buffer, int from, int to) throws BadMessage {
        int at = from;
        while (at < to && buffer.getByte(at) != '\r') {
            if (!Octets.isFieldValue(buffer.getByte(at)) || ++extensionBytes > MAX_EXTENSION_BYTES) {
                throw BadMessage.malformed("a chunk extension is malformed or too long");
            }
            at++;
        }
        if (at < to) {
            // The CR is framing, which the caller gets with the next piece.
            state = State.DIGITS;
        }
        position = at;
        return Piece.EXTENSION;
    }

    private static void expect(byte octet, char expected) throws BadMessage {
        if (octet != expected) {
            throw BadMessage.malformed("a chunk does not end where its size says");
        }
    }
}
