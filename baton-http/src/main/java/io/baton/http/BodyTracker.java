package io.baton.http;

import io.baton.http.BodyPlace.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows Netty's decoder through a body, by the bytes that it takes: it has found them well-formed, so here they are only counted. If
 * what is counted is ever not what Netty passes on, the body is said to be {@link Kind#ELSEWHERE}: its connection stays where it is.
 * Event loop only.
 */
final class BodyTracker {
    private Kind kind = Kind.BETWEEN;
    private long left;

    Kind kind() {
        return kind;
    }

    long left() {
        return left;
    }

    /** A head was decoded, of a message whose body is still to come. */
    void begin(@Nullable Object message) {
        left = 0;
        if (!(message instanceof HttpMessage head) || head.decoderResult().isFailure()) {
            kind = Kind.ELSEWHERE;
        } else if (HttpUtil.isTransferEncodingChunked(head)) {
            kind = Kind.CHUNK_SIZE;
        } else {
            long length = HttpUtil.getContentLength(head, -1L);
            left = Math.max(0, length);
            kind = length > 0 ? Kind.LENGTH : Kind.UNTIL_CLOSE;
        }
    }

    /** The message is whole. */
    void end() {
        kind = Kind.BETWEEN;
        left = 0;
    }

    /**
     * More of the body was decoded, which is not its end.
     *
     * @param from where in {@code in} it began
     * @param to where it ended
     * @param out what was made of it
     */
    void took(ByteBuf in, int from, int to, List<Object> out) {
        switch (kind) {
            case LENGTH -> {
                left -= to - from;
                if (left <= 0) {
                    lost();
                }
            }
            case CHUNK_SIZE, CHUNK_DATA, CHUNK_END, LAST_CHUNK -> {
                if (chunks(in, from, to) != data(out)) {
                    lost();
                }
            }
            case BETWEEN, UNTIL_CLOSE, ELSEWHERE -> {}
        }
    }

    private void lost() {
        kind = Kind.ELSEWHERE;
        left = 0;
    }

    private static long data(List<Object> out) {
        long data = 0;
        for (Object part : out) {
            if (part instanceof HttpContent content) {
                data += content.content().readableBytes();
            }
        }
        return data;
    }

    /** Returns how many bytes of them are data. */
    private long chunks(ByteBuf in, int from, int to) {
        long data = 0;
        int at = from;
        while (at < to) {
            switch (kind) {
                case CHUNK_SIZE -> at = size(in, at, to);
                case CHUNK_DATA -> {
                    long some = Math.min(left, to - at);
                    data += some;
                    at += (int) some;
                    left -= some;
                    kind = left == 0 ? Kind.CHUNK_END : kind;
                }
                case CHUNK_END -> {
                    at += 2;
                    kind = at > to ? Kind.ELSEWHERE : Kind.CHUNK_SIZE;
                }
                case BETWEEN, LENGTH, LAST_CHUNK, UNTIL_CLOSE, ELSEWHERE -> {
                    lost(); // lines of trailers, of which Netty has the first ones
                    return data;
                }
            }
        }
        return data;
    }

    private int size(ByteBuf in, int from, int to) {
        int lineEnd = in.indexOf(from, to, (byte) '\n');
        left = 0;
        if (lineEnd < 0) {
            kind = Kind.ELSEWHERE;
            return to;
        }
        for (int at = from; Character.digit(in.getByte(at), 16) >= 0 && left <= Integer.MAX_VALUE; at++) {
            left = left << 4 | Character.digit(in.getByte(at), 16);
        }
        kind = left == 0 ? Kind.LAST_CHUNK : Kind.CHUNK_DATA;
        return lineEnd + 1;
    }

    /** As another tracker was. */
    void restore(BodyPlace place) {
        kind = place.kind();
        left = place.left();
    }
}
