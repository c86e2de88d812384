package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;

/** Makes connections to endpoints on the event loop that wants them. */
// Netty's futures are not waited for: what fails comes to the listener.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connector {
    private Connector() {}

    /**
     * Begins to connect for {@code exchange}, which is told the outcome, possibly before this returns.
     *
     * @return the connection at work
     * @throws io.netty.channel.ChannelException when there is no socket to be had
     */
    static UpstreamConnection connect(
            Worker worker, UpstreamCluster cluster, SocketAddress address, Exchange exchange) {
        Channel channel = channel(worker, cluster, address);
        UpstreamConnection connection = new UpstreamConnection(worker, cluster, address, channel);
        connection.use(exchange, exchange.limits());
        connection.addTo(channel.pipeline());
        worker.loop().register(channel);
        channel.connect(NettyAddresses.toNetty(address))
                .addListener((ChannelFutureListener) (ChannelFuture future) -> connection.connected(future));
        return connection;
    }

    /**
     * Begins to connect; whoever opens streams on the connection is told the outcome, after this has returned.
     *
     * @throws io.netty.channel.ChannelException when there is no socket to be had
     */
    static Http2UpstreamConnection connectHttp2(Worker worker, UpstreamCluster cluster, SocketAddress address) {
        Channel channel = channel(worker, cluster, address);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, true);
        Http2UpstreamConnection connection = new Http2UpstreamConnection(worker, cluster, address, channel);
        connection.addTo(channel.pipeline());
        worker.loop().register(channel);
        // What is known at once is told later: nobody has a stream yet.
        channel.connect(NettyAddresses.toNetty(address)).addListener((ChannelFutureListener)
                future -> worker.loop().execute(() -> connection.connected(future)));
        return connection;
    }

    private static Channel channel(Worker worker, UpstreamCluster cluster, SocketAddress address) {
        Channel channel =
                address instanceof SocketAddress.Inet ? new EpollSocketChannel() : new EpollDomainSocketChannel();
        ChannelConfig config = channel.config();
        config.setConnectTimeoutMillis(Math.clamp(cluster.connectTimeout().toMillis(), 1, Integer.MAX_VALUE));
        setUp(config, worker.shared().options().bufferBytes());
        return channel;
    }

    /** What channels to endpoints have in common. */
    static void setUp(ChannelConfig config, int bufferBytes) {
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(bufferBytes / 2, bufferBytes));
        // A failed write must not close the connection: the response that says why may be there to be read.
        config.setOption(ChannelOption.AUTO_CLOSE, false);
    }
}
