package io.baton.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/** How one direction of a connection ends, whatever it is secured by. */
public final class TlsEnd {
    /** For the last record to leave. */
    private static final int CLOSE_SECONDS = 3;

    private TlsEnd() {}

    /**
     * Says behind everything written before that nothing more comes, by TLS's close_notify if there is TLS, and then half-closes the
     * connection. On the channel's event loop.
     *
     * @return done when it is half-closed
     */
    public static ChannelFuture shutdownOutput(Channel channel) {
        return switch (channel.pipeline().get(RecordLayerHandler.NAME)) {
            case RecordLayerHandler records -> records.shutdownOutput();
            case SslHandler handler -> {
                ChannelPromise done = channel.newPromise();
                var _ = handler.closeOutbound().addListener(_ -> {
                    var _ = halfClose(channel, done);
                });
                yield done;
            }
            case null, default -> halfClose(channel, channel.newPromise());
        };
    }

    static ChannelFuture halfClose(Channel channel, ChannelPromise done) {
        return channel instanceof DuplexChannel duplex ? duplex.shutdownOutput(done) : channel.close(done);
    }

    /** When everything has left, and in any case soon. */
    static void closeBelow(ChannelHandlerContext ctx, ChannelPromise promise) {
        var _ = ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> closeOnce(ctx, promise));
        var _ = ctx.executor().schedule(() -> closeOnce(ctx, promise), CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static void closeOnce(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!promise.isDone()) {
            var _ = ctx.close(promise);
        }
    }
}
