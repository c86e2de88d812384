package io.baton.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A listening socket and the one thread that serves it. */
final class OriginLoop implements AutoCloseable {
    private static final int BACKLOG = 4_096;

    private final EventLoopGroup group;
    private final Channel listener;

    /**
     * Listens on {@code address}.
     *
     * @throws UncheckedIOException when it cannot be bound
     */
    OriginLoop(String name, InetSocketAddress address, boolean halfClosure, ChannelHandler connections) {
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        var bind = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .childHandler(connections)
                .bind(address)
                .awaitUninterruptibly();
        if (!bind.isSuccess()) {
            close();
            throw new UncheckedIOException(new IOException("cannot listen on " + address, bind.cause()));
        }
        listener = bind.channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
