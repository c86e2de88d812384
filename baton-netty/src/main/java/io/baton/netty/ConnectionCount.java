package io.baton.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections there are, from the moment they are accepted: while one is on its way to its loop the process must not think that
 * it is empty. First in a server channel's pipeline. Thread-safe.
 */
@ChannelHandler.Sharable
final class ConnectionCount extends ChannelInboundHandlerAdapter {
    private final AtomicInteger open = new AtomicInteger();

    int open() {
        return open.get();
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel accepted) {
            opened();
            accepted.closeFuture().addListener(_ -> closed());
        }
        context.fireChannelRead(message);
    }
}
