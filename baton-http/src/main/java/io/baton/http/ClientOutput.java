package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;

/** What goes to a client: messages, and from some point on bytes. Event loop only. */
final class ClientOutput implements ResponseSink {
    private final Channel channel;
    private final ResponseEncoder encoder = new ResponseEncoder();

    ClientOutput(Channel channel) {
        this.channel = channel;
    }

    ResponseEncoder encoder() {
        return encoder;
    }

    /** Queues a part of a message, or in a tunnel bytes, and takes them over; what cannot be written comes back as the connection's end. */
    @Override
    public void write(Object part) {
        var _ = channel.write(part, channel.voidPromise());
    }

    /**
     * Goes on where another process was.
     *
     * @param unsent what it had written and not sent
     * @param body within a response's body, whether that is chunked; empty between messages
     */
    void restore(byte[] unsent, Optional<Boolean> body) throws Exception {
        ChannelHandlerContext own = channel.pipeline().context(encoder);
        if (unsent.length > 0) {
            ByteBuf bytes = Unpooled.wrappedBuffer(unsent);
            var _ = own == null ? channel.write(bytes) : own.write(bytes); // past the encoder
        }
        if (own != null && body.isPresent()) {
            encoder.restore(own, body.get());
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long unsentBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** How many bytes of messages were written since this was last asked. */
    @Override
    public long takeSent() {
        return encoder.takeSent();
    }

    /** From now on bytes are written. */
    void becomeBytes() {
        channel.pipeline().remove(encoder);
    }
}
