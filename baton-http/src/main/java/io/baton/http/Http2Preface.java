package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2CodecUtil;

/** What a client that speaks HTTP/2 sends first, RFC 9113 section 3.4; no HTTP/1.1 request begins so. */
enum Http2Preface {
    /** It is something else. */
    NONE,
    /** Some of it came, and nothing else. */
    PART,
    WHOLE;

    private static final ByteBuf BYTES = Http2CodecUtil.connectionPrefaceBuf().asReadOnly();

    /** Looks at what {@code in} begins with, and takes nothing. */
    static Http2Preface of(ByteBuf in) {
        int length = Math.min(in.readableBytes(), BYTES.readableBytes());
        int start = in.readerIndex();
        for (int i = 0; i < length; i++) {
            if (in.getByte(start + i) != BYTES.getByte(i)) {
                return NONE;
            }
        }
        return length == BYTES.readableBytes() ? WHOLE : PART;
    }
}
