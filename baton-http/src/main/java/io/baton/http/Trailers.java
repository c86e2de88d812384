package io.baton.http;

import io.netty.buffer.ByteBuf;

/** Collects and checks what comes behind the last chunk: trailers, and the empty line. Event loop only. */
final class Trailers {
    private static final byte[] CRLF = {'\r', '\n'};

    private final Fields fields = new Fields();
    private byte[] held = new byte[64];
    private int length;

    /**
     * Takes bytes of {@code in} up to the empty line.
     *
     * @return whether the empty line came
     */
    boolean take(ByteBuf in, HttpLimits limits) throws BadMessage {
        while (in.isReadable()) {
            if (length == limits.headBytes()) {
                throw new BadMessage(431, "the trailers are longer than " + limits.headBytes() + " bytes");
            }
            if (length == held.length) {
                held = java.util.Arrays.copyOf(held, 2 * length);
            }
            byte octet = in.readByte();
            held[length++] = octet;
            if (octet == '\n' && atEnd()) {
                fields.parse(held, 0, length, limits.fields());
                return true;
            }
        }
        return false;
    }

    private boolean atEnd() throws BadMessage {
        if (length < 2 || held[length - 2] != '\r') {
            throw BadMessage.malformed("a trailer line ends with LF, expected CRLF");
        }
        return length == 2 || (held[length - 3] == '\n' && held[length - 4] == '\r');
    }

    /**
     * Writes what is passed on, and the empty line. Fields that say how a message is framed or routed mean nothing here, and are dropped:
     * RFC 9110 section 6.5.1.
     */
    void write(HeadWriter out) {
        out.reset();
        for (int i = 0; i < fields.count(); i++) {
            if (fields.known(i) == KnownField.OTHER && !fields.namedByConnection(i)) {
                out.put(fields.bytes(), fields.lineStart(i), fields.lineEnd(i));
            }
        }
        out.put(CRLF);
    }
}
