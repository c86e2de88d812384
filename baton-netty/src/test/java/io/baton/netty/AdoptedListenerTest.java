package io.baton.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptedListenerTest {
    private static final Posix POSIX = Posix.linux();

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());

    @TempDir
    private Path directory;

    @AfterEach
    void endLoops() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000))
                .isTrue();
    }

    /** Echoes; with half-closure, the input's end is answered with an end. */
    private ServerBootstrap echo() {
        return new ServerBootstrap()
                .group(loops, loops)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(io.netty.channel.Channel channel) {
                        channel.pipeline().addLast(new Echo());
                    }
                });
    }

    // Netty's futures are not waited for: the test sees what the client gets.
    @SuppressWarnings("FutureReturnValueIgnored")
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                // Later, when Netty has taken the channel out of epoll; and more than socket buffers hold, so that it
                // needs EPOLLOUT.
                context.executor().schedule(() -> writeLarge(context), 100, TimeUnit.MILLISECONDS);
            }
        }

        private static void writeLarge(ChannelHandlerContext context) {
            context.writeAndFlush(context.alloc().directBuffer(LARGE).writeZero(LARGE))
                    .addListener(_ -> context.close());
            context.executor().schedule(WRITTEN::countDown, 100, TimeUnit.MILLISECONDS);
        }
    }

    /** What fits into the socket buffers has been written. */
    private static final CountDownLatch WRITTEN = new CountDownLatch(1);

    private static final int LARGE = 16 << 20;

    private static SocketChannel connect(Fd listener) throws IOException {
        if (POSIX.localAddress(listener) instanceof SocketAddress.Inet(InetAddress host, int port)) {
            return SocketChannel.open(new java.net.InetSocketAddress(host, port));
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(((SocketAddress.UnixPath) POSIX.localAddress(listener)).path()));
        return channel;
    }

    private static void assertEchoes(SocketChannel client) throws IOException {
        client.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(5);
        while (answer.hasRemaining() && client.read(answer) >= 0) {
            // until it is all there
        }
        assertThat(new String(answer.array(), StandardCharsets.US_ASCII)).isEqualTo("hello");
    }

    @Test
    void aListenerThatSomebodyElseBoundAccepts() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            AdoptedListener adopted = AdoptedListener.adopt(POSIX, socket, echo());
            try (SocketChannel client = connect(socket)) {
                assertEchoes(client);
            }
            adopted.release().await();
        }
    }

    @Test
    void afterReleaseTheSocketStillAcceptsElsewhereAndConnectionsGoOn() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            AdoptedListener first = AdoptedListener.adopt(POSIX, socket, echo());
            try (SocketChannel before = connect(socket)) {
                assertEchoes(before);
                assertThat(first.release().await(5_000)).isTrue();
                try (SocketChannel waiting = connect(socket)) {
                    AdoptedListener second = AdoptedListener.adopt(POSIX, socket, echo());
                    assertEchoes(waiting);
                    assertEchoes(before);
                    second.release().await();
                }
            }
        }
    }

    @Test
    void aUnixListenerKeepsItsPathWhenReleased() throws Exception {
        Path path = directory.resolve("listener.sock");
        try (Fd socket = Listening.at(new SocketAddress.UnixPath(path.toString()))) {
            AdoptedListener adopted = AdoptedListener.adopt(POSIX, socket, echo());
            try (SocketChannel client = connect(socket)) {
                assertEchoes(client);
            }
            adopted.release().await();
            assertThat(Files.exists(path)).isTrue();
        }
    }

    @Test
    void whatIsWrittenAfterTheClientsEndArrivesWhole() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            AdoptedListener adopted = AdoptedListener.adopt(POSIX, socket, echo());
            try (SocketChannel client = connect(socket)) {
                client.shutdownOutput();
                WRITTEN.await();
                ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
                long received = 0;
                for (int count = client.read(buffer); count >= 0; count = client.read(buffer.clear())) {
                    received += count;
                }
                assertThat(received).isEqualTo(LARGE);
            }
            adopted.release().await();
        }
    }

    @Test
    void aClosedSocketIsRefused() {
        Fd socket = Listening.onLoopback();
        socket.close();

        assertThatThrownBy(() -> AdoptedListener.adopt(POSIX, socket, echo()))
                .isInstanceOf(IllegalStateException.class);
    }
}
