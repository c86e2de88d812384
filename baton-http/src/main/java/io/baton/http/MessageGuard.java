package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * What is asked of a stream of messages that cannot be told from what Netty makes of them: a decoder's overrides ask it while the bytes
 * are there. Event loop only.
 */
final class MessageGuard {
    /** More than the framing of a chunk without an extension and without leading zeros. */
    private static final int PLAIN_CHUNK_BYTES = 16;

    private static final int CONTENT_LENGTH_NAME = HeaderNames.CONTENT_LENGTH.length();

    private final HeadScan scan;
    private final BodyTracker tracker = new BodyTracker();
    private HttpLimits limits;
    private boolean inBody;
    private boolean inTrailers;
    private boolean failed;
    private int fields;
    private boolean contentLength;
    private int wordEnd;

    /** Bytes of chunk extensions and trailers. */
    private int extra;

    /** @param emptyLines how many are ignored before a head */
    MessageGuard(int emptyLines, HttpLimits limits) {
        this.scan = new HeadScan(emptyLines);
        this.limits = limits;
    }

    /** For the next message. */
    void limits(HttpLimits next) {
        limits = next;
    }

    /** Whether Netty may decode what is in {@code in}: the rest of a message, or a whole head. What is wrong with it goes to {@code out}. */
    boolean ready(ByteBuf in, List<Object> out) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return false;
        }
        if (inBody) {
            return true;
        }
        try {
            return scan.whole(in, limits);
        } catch (BadMessage e) {
            fail(in, out, e);
            return false;
        }
    }

    /**
     * Netty has decoded.
     *
     * @param used how many bytes it took
     * @param out what it made of them
     */
    void decoded(int used, ByteBuf in, List<Object> out) {
        Object last = out.isEmpty() ? null : out.getLast();
        if (!inBody) {
            inBody = !(last instanceof LastHttpContent);
            if (inBody) {
                tracker.begin(last);
            }
            extra = 0;
        } else if (inTrailers && isFolded(in, in.readerIndex() - used, in.readerIndex())) {
            if (last != null) {
                out.removeLast(); // the end, which has no data where there are trailers
            }
            fail(in, out, BadMessage.malformed("a trailer line is folded"));
        } else if (last instanceof LastHttpContent) {
            inBody = false;
            tracker.end();
        } else {
            tracker.took(in, in.readerIndex() - used, in.readerIndex(), out);
            int data = last instanceof HttpContent content ? content.content().readableBytes() : 0;
            extra += Math.max(0, used - data - PLAIN_CHUNK_BYTES);
            if (extra > limits.headBytes()) {
                fail(in, out, BadMessage.malformed("chunk extensions are longer than is taken"));
            }
        }
        if (!inBody) {
            fields = 0;
            contentLength = false;
            inTrailers = false;
        }
    }

    /** Where in a message the decoder is. */
    BodyPlace place() {
        if (failed) {
            return new BodyPlace(BodyPlace.Kind.ELSEWHERE, 0, fields, extra);
        }
        return inBody ? new BodyPlace(tracker.kind(), tracker.left(), fields, extra) : BodyPlace.START;
    }

    /** The decoder was brought to a place by a head of no meaning; what had come before that place counts. */
    void restored(BodyPlace place) {
        tracker.restore(place);
        fields = place.fields();
        extra = place.extra();
    }

    /** Whether one of the lines from {@code from} to {@code to} begins with a space: Netty has joined it with the one before. */
    private static boolean isFolded(ByteBuf in, int from, int to) {
        int line = from;
        while (line < to) {
            byte first = in.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            int lineEnd = in.indexOf(line, to, (byte) '\n');
            line = lineEnd < 0 ? to : lineEnd + 1;
        }
        return false;
    }

    private void fail(ByteBuf in, List<Object> out, BadMessage bad) {
        failed = true;
        in.skipBytes(in.readableBytes()); // Netty insists that who makes a message takes bytes
        out.add(bad);
    }

    /** The first word of a first line. */
    void firstWord(int start, int length) {
        if (start != 0 || length == 0) {
            throw BadMessage.malformed("the first line begins with a space");
        }
        wordEnd = length;
    }

    /** The next one: Netty takes any number of any kind of space before it. */
    void nextWord(byte[] line, int start, int length) {
        if (length == 0 || start != wordEnd + 1 || line[wordEnd] != ' ') {
            throw BadMessage.malformed("the words of the first line are not separated by one space each");
        }
        wordEnd = start + length;
    }

    /** A header's name. */
    void field(byte[] line, int start, int length) {
        inTrailers = inBody;
        if (++fields > limits.fields()) {
            throw new BadMessage(431, "there are more than " + limits.fields() + " header lines");
        }
        if (line[start + length] != ':') {
            throw BadMessage.malformed("there is a space before a header's colon");
        }
        if (length == CONTENT_LENGTH_NAME
                && HeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(
                        new io.netty.util.AsciiString(line, start, length, false))) {
            if (contentLength) {
                throw BadMessage.malformed("there are several Content-Length headers");
            }
            contentLength = true;
        }
    }
}
