package io.baton.bench;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetSocketAddress;

/** Sends back every byte, and the end when everything has been sent back. */
public final class EchoOrigin extends Origin {
    private EchoOrigin(InetSocketAddress address) {
        super("echo-origin", address, true, pipeline -> pipeline.addLast(new Echo()));
    }

    /**
     * Listens on {@code address}.
     *
     * @param address port 0: any free one
     * @throws java.io.UncheckedIOException when the address cannot be bound
     */
    public static EchoOrigin start(InetSocketAddress address) {
        return new EchoOrigin(address);
    }

    /** On 127.0.0.1, any free port. */
    public static EchoOrigin start() {
        return start(Loopback.port(0));
    }

    // Netty's futures are not waited for: a failed write closes the connection, which the client sees.
    @SuppressWarnings("FutureReturnValueIgnored")
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                // Behind everything written so far.
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
