package io.baton.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bootstrap that binds, as frameworks do, on a socket that is bound. */
class BoundListenerTest {
    private static final Posix POSIX = Posix.linux();

    private final EventLoopGroup accepting = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoopGroup serving = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @TempDir
    private Path directory;

    @AfterEach
    void endLoops() {
        for (EventLoopGroup group : new EventLoopGroup[] {accepting, serving}) {
            assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000))
                    .isTrue();
        }
    }

    private ServerBootstrap bootstrap(BoundListener listener) {
        return new ServerBootstrap()
                .group(accepting, serving)
                .channelFactory(listener)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Echo());
                    }
                });
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var _ = context.writeAndFlush(message);
        }
    }

    private static Socket connect(Fd listener) throws IOException {
        SocketAddress.Inet address = (SocketAddress.Inet) POSIX.localAddress(listener);
        Socket client = new Socket(address.host(), address.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void bindingToWhateverAddressBeginsAcceptingOnTheSocket() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            BoundListener listener = new BoundListener(POSIX, socket);
            Channel server = bootstrap(listener)
                    .bind(new InetSocketAddress(0))
                    .syncUninterruptibly()
                    .channel();
            try (Socket client = connect(socket)) {
                assertEchoes(client);
                assertThat(server.localAddress())
                        .isEqualTo(new InetSocketAddress(client.getInetAddress(), client.getPort()));
                assertThat(listener.connections()).isOne();
            }
            await().until(() -> listener.connections() == 0);
            listener.release();
        }
    }

    @Test
    void nobodyIsAcceptedBeforeItIsBound() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            BoundListener listener = new BoundListener(POSIX, socket);
            Channel server =
                    bootstrap(listener).register().syncUninterruptibly().channel();
            try (Socket client = connect(socket)) {
                client.setSoTimeout(200);
                client.getOutputStream().write(7);
                assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("timed out");
                assertThat(listener.connections()).isZero();

                client.setSoTimeout(10_000);
                server.bind(new InetSocketAddress(0)).syncUninterruptibly();
                assertThat(client.getInputStream().read()).isEqualTo(7);
            }
            listener.release();
        }
    }

    @Test
    void afterReleaseConnectionsGoOnAndWhoeverComesIsTheNexts() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            BoundListener first = new BoundListener(POSIX, socket);
            bootstrap(first).bind(0).syncUninterruptibly();
            try (Socket before = connect(socket)) {
                assertEchoes(before);
                first.release();
                first.release();
                try (Socket waiting = connect(socket)) {
                    BoundListener second = new BoundListener(POSIX, socket);
                    bootstrap(second).bind(0).syncUninterruptibly();
                    assertEchoes(waiting);
                    assertEchoes(before);
                    assertThat(first.connections()).isOne();
                    assertThat(second.connections()).isOne();
                    second.release();
                }
            }
        }
    }

    @Test
    void releaseWaitsForThoseThatAreOnTheirWayToTheirLoop() throws Exception {
        try (Fd socket = Listening.onLoopback()) {
            BoundListener listener = new BoundListener(POSIX, socket);
            bootstrap(listener).bind(0).syncUninterruptibly();
            CountDownLatch busy = new CountDownLatch(1);
            serving.execute(() -> awaitUninterruptibly(busy));
            try (Socket client = connect(socket)) {
                await().until(() -> listener.connections() == 1);
                Thread release = Thread.ofPlatform().start(listener::release);
                assertThat(release.join(java.time.Duration.ofMillis(200))).isFalse();
                busy.countDown();
                assertThat(release.join(java.time.Duration.ofSeconds(10))).isTrue();
                assertEchoes(client);
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aUnixListenerKeepsItsPath() throws Exception {
        Path path = directory.resolve("listener.sock");
        try (Fd socket = Listening.at(new SocketAddress.UnixPath(path.toString()))) {
            BoundListener listener = new BoundListener(POSIX, socket);
            bootstrap(listener).bind(new InetSocketAddress(0)).syncUninterruptibly();
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                client.write(ByteBuffer.wrap(new byte[] {7}));
                assertThat(client.read(ByteBuffer.allocate(1))).isOne();
            }
            listener.release();
            assertThat(Files.exists(path)).isTrue();
        }
    }

    @Test
    void aClosedSocketIsRefused() {
        Fd socket = Listening.onLoopback();
        BoundListener listener = new BoundListener(POSIX, socket);
        socket.close();

        assertThatThrownBy(listener::newChannel).hasMessageContaining("already closed");
    }
}
