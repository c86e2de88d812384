package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A head that brings a new decoder into the middle of a body, and of which nobody hears. */
final class SyntheticHead {
    static final String REQUEST = "POST / HTTP/1.1\r\nHost: a\r\n";
    static final String RESPONSE = "HTTP/1.1 200 OK\r\n";

    /** A head, a chunk's size, a chunk's data, and what ends it. */
    private static final int MOST_STEPS = 8;

    private SyntheticHead() {}

    interface Decoder {
        void decode(ByteBuf in, List<Object> out) throws Exception;
    }

    /** @throws IllegalStateException when the decoder does not take all of it */
    static void decode(String head, Decoder decoder) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII));
        boolean refused = false;
        try {
            for (int i = 0; i < MOST_STEPS && in.isReadable(); i++) {
                List<Object> out = new ArrayList<>();
                decoder.decode(in, out);
                refused |= out.stream().anyMatch(BadMessage.class::isInstance);
                out.forEach(ReferenceCountUtil::release);
            }
            if (refused || in.isReadable()) {
                throw new IllegalStateException("a decoder does not take '%s'".formatted(head));
            }
        } finally {
            in.release();
        }
    }
}
