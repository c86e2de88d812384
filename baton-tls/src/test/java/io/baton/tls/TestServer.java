package io.baton.tls;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** TLS on a port of loopback with an application of the test's, whose connections can be moved from one event loop to another. */
final class TestServer implements AutoCloseable, TlsObserver {
    private static final long MOST_UNSENT = 1 << 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, EpollIoHandler.newFactory());
    private final Posix posix = Posix.linux();
    private final Supplier<ChannelHandler> application;
    private final Channel listener;
    final Queue<Channel> established = new ConcurrentLinkedQueue<>();
    final Queue<TlsSession> sessions = new ConcurrentLinkedQueue<>();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    TestServer(TlsServer tls, Supplier<ChannelHandler> application) {
        this.application = application;
        this.listener = new ServerBootstrap()
                .group(loops.next(), loops.next())
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.newHandler(TestServer.this));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void established(Channel channel, TlsSession session) {
        channel.pipeline().addLast(application.get());
        sessions.add(session);
        established.add(channel);
    }

    @Override
    public void failed(Channel channel, Throwable cause) {
        failures.add(cause);
    }

    /** As one process does it and the next; what is above TLS has nothing that would have to move. */
    Channel move(Channel channel, Aead.Factory aeads) throws Exception {
        Fd[] fd = new Fd[1];
        byte[] exported = export(channel, fd);
        on(channel, () -> {
            channel.unsafe().closeForcibly();
            return null;
        });
        RecordLayerHandler handler = TlsAdoption.handler(exported, aeads);
        EpollSocketChannel moved = new EpollSocketChannel(fd[0].release());
        moved.config().setAllowHalfClosure(true);
        moved.config().setAutoRead(false);
        moved.pipeline().addLast(RecordLayerHandler.NAME, handler).addLast(application.get());
        loops.register(moved).syncUninterruptibly();
        on(moved, () -> {
            handler.start();
            moved.config().setAutoRead(true);
            return null;
        });
        return moved;
    }

    /** Offered, and not taken. */
    void refuse(Channel channel) throws Exception {
        Fd[] fd = new Fd[1];
        export(channel, fd);
        fd[0].close();
        channel.eventLoop().register(channel).syncUninterruptibly();
        on(channel, () -> {
            channel.pipeline().get(RecordLayerHandler.class).resume();
            channel.config().setAutoRead(true);
            return null;
        });
    }

    private byte[] export(Channel channel, Fd[] fd) throws Exception {
        RecordLayerHandler handler = channel.pipeline().get(RecordLayerHandler.class);
        on(channel, () -> {
            channel.config().setAutoRead(false);
            handler.seal();
            if (!handler.isMovable(MOST_UNSENT)) {
                throw new IllegalStateException("not movable");
            }
            return null;
        });
        channel.deregister().syncUninterruptibly();
        Fd netty = Fd.own(((EpollSocketChannel) channel).fd().intValue());
        fd[0] = posix.duplicate(netty, 0);
        netty.release(); // Netty's it is
        return on(channel, handler::export);
    }

    static <T> T on(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
