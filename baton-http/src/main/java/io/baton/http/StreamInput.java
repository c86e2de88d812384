package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;

/** The bytes of a stream's body that came and are not yet given back to its window. Event loop only. */
final class StreamInput {
    /**
     * What is shorter is copied: a part that waits for its taker keeps all of the read it came with, in which a peer could leave one byte of
     * its own and the rest to others.
     */
    private static final int COPIED = 8 << 10;

    private final Http2Handler handler;
    private int owed;

    StreamInput(Http2Handler handler) {
        this.handler = handler;
    }

    /** Returns {@code data} for whoever takes it over, however long that takes. */
    static ByteBuf keep(ByteBuf data) {
        return data.readableBytes() < COPIED ? data.copy() : data.retainedSlice();
    }

    void owe(int bytes) {
        owed += bytes;
    }

    /** As much may come as had come. */
    void giveBack(Http2Stream stream) {
        int bytes = owed;
        if (bytes > 0) {
            owed = 0;
            handler.giveBack(stream, bytes);
        }
    }
}
