package io.baton.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What a load talks to: a listening socket and the one thread that serves it. {@link #close()} cuts what is open. */
public abstract sealed class Origin implements AutoCloseable permits CannedOrigin, EchoOrigin, HttpOrigin {
    private static final int BACKLOG = 4_096;

    private final EventLoopGroup group;
    private final Channel listener;

    /**
     * Listens on {@code address}.
     *
     * @param address port 0: any free one
     * @param connections gives each of them its handlers
     * @throws UncheckedIOException when it cannot be bound
     */
    Origin(String name, InetSocketAddress address, boolean halfClosure, Consumer<ChannelPipeline> connections) {
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        var bind = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.accept(channel.pipeline());
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bind.isSuccess()) {
            close();
            throw new UncheckedIOException(new IOException("cannot listen on " + address, bind.cause()));
        }
        listener = bind.channel();
    }

    public final InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    @Override
    public final void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
