package io.baton.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Live channels that leave a loop's epoll, and come back or go on as channels of another loop. */
// Netty's futures are not waited for: the test sees what the client gets.
@SuppressWarnings("FutureReturnValueIgnored")
class DetachedChannelTest {
    private final Posix posix = Posix.linux();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, EpollLoops.newFactory());
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final AtomicInteger farewells = new AtomicInteger();
    private Channel server;

    private final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            farewells.incrementAndGet();
        }
    }

    @BeforeEach
    void listen() {
        server = bind(loops);
    }

    private Channel bind(MultiThreadIoEventLoopGroup group) {
        return new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Echo());
                        accepted.add(channel);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void end() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000))
                .isTrue();
    }

    private Socket connect(Channel to) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.connect((InetSocketAddress) to.localAddress());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void exchange(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(client.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII))
                .isEqualTo(text);
    }

    private static <T> T on(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingIsReadUntilItComesBack() throws Exception {
        try (Socket client = connect(server)) {
            exchange(client, "before");
            Channel channel = accepted.take();
            DetachedChannel detached =
                    on(channel, () -> DetachedChannel.detach(channel).orElseThrow());
            client.getOutputStream().write("while".getBytes(StandardCharsets.US_ASCII));
            client.setSoTimeout(200);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("timed out");
            client.setSoTimeout(10_000);
            on(channel, () -> {
                detached.comeBack();
                return true;
            });
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("while");
            exchange(client, "after");
        }
    }

    @Test
    void itGoesOnAsAChannelOfAnotherLoopWithWhatWasNotSent() throws Exception {
        try (Socket client = connect(server)) {
            exchange(client, "before");
            Channel old = accepted.take();
            byte[] large = new byte[12 << 20]; // more than socket buffers hold
            new java.util.Random(1).nextBytes(large);
            byte[] unsent = new byte[large.length];
            int[] count = new int[1];
            DetachedChannel detached = on(old, () -> {
                old.writeAndFlush(Unpooled.wrappedBuffer(large));
                DetachedChannel away = DetachedChannel.detach(old).orElseThrow();
                count[0] = away.unsentBytes();
                away.copyUnsent(ByteBuffer.wrap(unsent));
                return away;
            });
            assertThat(count[0]).isBetween(1, large.length);
            Fd duplicate = posix.duplicate(detached.fd(), 0);
            on(old, () -> {
                detached.leave();
                return true;
            });
            assertThat(old.isOpen()).isFalse();
            assertThat(farewells).as("told that it ended").hasValue(0);

            Channel next = AttachedChannel.of(duplicate, true);
            assertThat(next.isActive()).isTrue();
            next.pipeline().addLast(new Echo());
            EventLoop loop = loops.next();
            loop.register(next).syncUninterruptibly();
            ByteBuf rest = Unpooled.wrappedBuffer(unsent, 0, count[0]);
            next.writeAndFlush(rest);
            assertThat(client.getInputStream().readNBytes(large.length)).isEqualTo(large);
            exchange(client, "after");
        }
    }

    @Test
    void aPeerThatResetMeanwhileIsFoundOut() throws Exception {
        Socket client = connect(server);
        exchange(client, "before");
        Channel old = accepted.take();
        Fd duplicate = on(old, () -> {
            DetachedChannel detached = DetachedChannel.detach(old).orElseThrow();
            Fd copy = posix.duplicate(detached.fd(), 0);
            detached.leave();
            return copy;
        });
        client.setSoLinger(true, 0);
        client.close();
        Channel next = AttachedChannel.of(duplicate, true);
        assertThat(next.isActive()).isFalse();
        next.unsafe().closeForcibly();
        assertThat(next.isOpen()).isFalse();
    }

    @Test
    void oneThatIsClosedWhileItIsAwayStaysClosed() throws Exception {
        try (Socket client = connect(server)) {
            exchange(client, "before");
            Channel channel = accepted.take();
            DetachedChannel detached =
                    on(channel, () -> DetachedChannel.detach(channel).orElseThrow());
            channel.close().syncUninterruptibly();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            on(channel, () -> {
                detached.comeBack();
                return true;
            });
            assertThat(on(channel, () -> DetachedChannel.detach(channel))).isEmpty();
        }
    }

    @Test
    void otherLoopsAndOtherThreadsAreRefused() throws Exception {
        MultiThreadIoEventLoopGroup plain = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (Socket client = connect(bind(plain))) {
            exchange(client, "before");
            Channel channel = accepted.take();
            assertThatThrownBy(() -> DetachedChannel.detach(channel)).hasMessageContaining("another thread");
            assertThatThrownBy(() -> on(channel, () -> DetachedChannel.detach(channel)))
                    .hasMessageContaining("expected one of EpollLoops");
        } finally {
            plain.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
        }
    }
}
