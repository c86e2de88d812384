package io.baton.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.ByteArrayOutputStream;

/** What a channel was given and its socket has not taken. Event loop only. */
final class UnsentBytes {
    private UnsentBytes() {}

    /** How much that is at most. */
    static long of(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** All of it, in order; it stays where it is. */
    static byte[] copyOf(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return new byte[0];
        }
        buffer.addFlush(); // only what is flushed can be looked at
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            buffer.forEachFlushedMessage(message -> {
                if (message instanceof ByteBuf bytes) {
                    byte[] copy = new byte[bytes.readableBytes()];
                    bytes.getBytes(bytes.readerIndex(), copy);
                    out.writeBytes(copy);
                }
                return true;
            });
        } catch (Exception e) {
            throw new IllegalStateException("the outbound buffer cannot be read", e);
        }
        return out.toByteArray();
    }
}
