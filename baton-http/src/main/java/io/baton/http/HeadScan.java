package io.baton.http;

import io.netty.buffer.ByteBuf;

/**
 * Looks over the lines of a head before Netty takes them apart. Netty would take them one by one as they come, so that a head of which
 * only a part has come could not be handed to another process any more; and it joins folded lines without a trace. No byte is looked at
 * twice, however slowly they come. Event loop only.
 */
final class HeadScan {
    private final int emptyLines;
    private int skipped;

    /** Relative to the first byte of the head. */
    private int scanned;

    private int lineStart;

    /** @param emptyLines how many are ignored before a head; RFC 9112 section 2.2 has servers do so */
    HeadScan(int emptyLines) {
        this.emptyLines = emptyLines;
    }

    /**
     * Whether the head at the start of {@code in} is all there, up to its empty line. Nothing of it is taken; empty lines before it are.
     * After true, the next call is for the next head.
     *
     * @throws BadMessage for a lone LF, a folded line, or a head beyond {@code limits}
     */
    boolean whole(ByteBuf in, HttpLimits limits) {
        if (scanned == 0 && !begins(in)) {
            return false;
        }
        int start = in.readerIndex();
        int length = Math.min(in.readableBytes(), limits.headBytes());
        int lineEnd = in.indexOf(start + scanned, start + length, (byte) '\n') - start;
        while (lineEnd >= 0) {
            if (line(in, start, lineEnd, limits)) {
                skipped = 0;
                scanned = 0;
                lineStart = 0;
                return true;
            }
            lineStart = lineEnd + 1;
            lineEnd = in.indexOf(start + lineStart, start + length, (byte) '\n') - start;
        }
        scanned = length;
        if (lineStart == 0 && length >= limits.requestLineBytes()) {
            throw tooLongLine(limits);
        }
        if (length == limits.headBytes()) {
            throw new BadMessage(431, "the head is longer than " + limits.headBytes() + " bytes");
        }
        return false;
    }

    /** Skips empty lines; returns whether the first byte of a head is there. */
    private boolean begins(ByteBuf in) {
        while (in.isReadable() && in.getByte(in.readerIndex()) == '\r' && skipped < emptyLines) {
            if (in.readableBytes() < 2) {
                return false;
            }
            if (in.getByte(in.readerIndex() + 1) != '\n') {
                throw BadMessage.malformed("a lone CR comes before the head");
            }
            in.skipBytes(2);
            skipped++;
        }
        if (!in.isReadable()) {
            return false;
        }
        if (!Characters.isToken(in.getByte(in.readerIndex()))) {
            throw BadMessage.malformed("what comes is no HTTP message");
        }
        return true;
    }

    /** Returns whether the line that ends here is the empty one. */
    private boolean line(ByteBuf in, int start, int lineEnd, HttpLimits limits) {
        if (lineEnd == lineStart || in.getByte(start + lineEnd - 1) != '\r') {
            throw BadMessage.malformed("a line of the head ends with LF, expected CRLF");
        }
        if (lineStart == 0) {
            if (lineEnd >= limits.requestLineBytes()) {
                throw tooLongLine(limits);
            }
            return false;
        }
        byte first = in.getByte(start + lineStart);
        if (first == ' ' || first == '\t') {
            throw BadMessage.malformed("a header line is folded");
        }
        return lineEnd - 1 == lineStart;
    }

    private static BadMessage tooLongLine(HttpLimits limits) {
        return new BadMessage(414, "the request line is longer than " + limits.requestLineBytes() + " bytes");
    }
}
