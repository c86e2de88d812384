package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** What is held of a stream until it can be used. */
final class Buffers {
    private Buffers() {}

    /** {@code held} and {@code more} in one buffer; takes over both. */
    static ByteBuf join(@Nullable ByteBuf held, ByteBuf more, ByteBufAllocator allocator) {
        if (held == null) {
            return more;
        }
        int count = more.readableBytes();
        ByteBuf joined = held;
        if (held.refCnt() > 1 || held.isReadOnly() || held.writableBytes() < count) {
            joined = allocator.directBuffer(2 * (held.readableBytes() + count));
            joined.writeBytes(held);
            held.release();
        }
        joined.writeBytes(more);
        more.release();
        return joined;
    }

    /** {@code buffer} when there is something to read in it; else it is released. */
    static @Nullable ByteBuf unlessEmpty(ByteBuf buffer) {
        if (buffer.isReadable()) {
            return buffer;
        }
        buffer.release();
        return null;
    }
}
