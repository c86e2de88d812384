package io.baton.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;

/** Answers each request with the same small bytes and does not even look at it: an origin that costs as little as can be. */
final class CannedOrigin extends Origin {
    private static final ByteBuf ANSWER = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
            .writeBytes(
                    "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\nHello, wrk!\r\n".getBytes(StandardCharsets.US_ASCII))
            .asReadOnly());

    CannedOrigin() {
        super("canned-origin", Loopback.port(0), false, pipeline -> pipeline.addLast(new Answerer()));
    }

    // Netty's futures are not waited for: a failed write closes the connection, which wrk counts.
    @SuppressWarnings("FutureReturnValueIgnored")
    private static final class Answerer extends SimpleChannelInboundHandler<ByteBuf> {
        private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

        private int matched;

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            while (bytes.isReadable()) {
                byte b = bytes.readByte();
                matched = b == HEAD_END[matched] ? matched + 1 : b == '\r' ? 1 : 0;
                if (matched == HEAD_END.length) {
                    matched = 0;
                    context.write(ANSWER.duplicate());
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
