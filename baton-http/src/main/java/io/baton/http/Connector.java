package io.baton.http;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import io.baton.tls.TlsObserver;
import io.baton.tls.TlsSession;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.Optional;

/** Makes connections to endpoints on the event loop that wants them. */
// Netty's futures are not waited for: what fails comes to the listener.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connector {
    /** Whose connection is being made; told the outcome once. */
    interface Connecting {
        /** Its handlers come to stand where the endpoint's bytes are plain. */
        void addTo(ChannelPipeline pipeline);

        /** The endpoint has accepted, and TLS is agreed on if it is spoken. */
        void connected();

        void connectFailed(String reason);
    }

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
        connect(worker, cluster, address, channel, connection);
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
        connect(worker, cluster, address, channel, new Later(worker, connection));
        return connection;
    }

    /** What is known at once is told later: nobody has a stream yet. */
    private record Later(Worker worker, Connecting connecting) implements Connecting {
        @Override
        public void addTo(ChannelPipeline pipeline) {
            connecting.addTo(pipeline);
        }

        @Override
        public void connected() {
            worker.loop().execute(connecting::connected);
        }

        @Override
        public void connectFailed(String reason) {
            worker.loop().execute(() -> connecting.connectFailed(reason));
        }
    }

    private static void connect(
            Worker worker, UpstreamCluster cluster, SocketAddress address, Channel channel, Connecting connecting) {
        Optional<TlsClient> tls = cluster.tls(address);
        if (tls.isPresent()) {
            channel.pipeline().addLast(tls.get().newHandler(new Securing(connecting, cluster.protocol())));
        } else {
            connecting.addTo(channel.pipeline());
        }
        worker.loop().register(channel);
        channel.connect(NettyAddresses.toNetty(address)).addListener((ChannelFutureListener) future -> {
            if (!future.isSuccess()) {
                connecting.connectFailed(String.valueOf(future.cause().getMessage()));
            } else if (tls.isEmpty()) {
                connecting.connected();
            }
        });
    }

    /** The handshake with an endpoint that has accepted. */
    private record Securing(Connecting connecting, UpstreamProtocol protocol) implements TlsObserver {
        @Override
        public void established(Channel channel, TlsSession session) {
            if (protocol == UpstreamProtocol.HTTP_2
                    && !session.applicationProtocol().equals(Optional.of(TlsProtocols.HTTP_2))) {
                connecting.connectFailed("TLS: it does not agree on HTTP/2 (ALPN)");
                channel.close();
                return;
            }
            connecting.addTo(channel.pipeline());
            connecting.connected();
        }

        @Override
        public void failed(Channel channel, Throwable cause) {
            connecting.connectFailed("TLS: " + cause.getMessage());
        }
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
