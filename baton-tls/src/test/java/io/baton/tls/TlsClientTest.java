package io.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TlsClientTest {
    private final Certificates certificates = Certificates.shared();
    private final CertificateFiles certificate = certificates.issue("a", "a.example.com");
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Queue<String> outcome = new ConcurrentLinkedQueue<>();

    TlsClientTest() throws Exception {}

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void connect(TlsClient client, int port) {
        TlsObserver observer = new TlsObserver() {
            @Override
            public void established(Channel channel, TlsSession session) {
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        var _ = ctx.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf bytes = (ByteBuf) message;
                        outcome.add(bytes.toString(StandardCharsets.US_ASCII) + " "
                                + session.applicationProtocol().orElse("none"));
                        bytes.release();
                        var _ = ctx.close();
                    }
                });
            }

            @Override
            public void failed(Channel channel, Throwable cause) {
                outcome.add(ServerContext.rootMessage(cause));
            }
        };
        new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(client.newHandler(observer))
                .connect(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly();
    }

    @ParameterizedTest
    @EnumSource
    void talksToAServerInBothVersions(TlsVersion version) throws Exception {
        TlsServerConfig config = TlsServerConfig.of(certificate)
                .withVersions(version, version)
                .withApplicationProtocols(List.of("one"))
                .withClientCertificates(ClientAuthentication.REQUIRED, certificates.ca());
        TlsClientConfig own = TlsClientConfig.of("a.example.com", Optional.of(certificates.ca()))
                .withCertificate(certificates.issue("client", "client.example.com"))
                .withApplicationProtocols(List.of("two", "one"));
        try (TlsServer tls = TlsServer.create("web", config, TlsEngine.NATIVE, TicketKeys.generate());
                TestServer server = new TestServer(tls, Echo::new);
                TlsClient client = TlsClient.create(own)) {
            connect(client, server.port());

            await().until(() -> !outcome.isEmpty());
            assertThat(outcome).containsExactly("hello one");
            assertThat(server.sessions.remove().serverName()).hasValue("a.example.com");
        }
    }

    @Test
    void aServerThatIsNotWhoItShouldBeIsNotTalkedTo() throws Exception {
        try (TlsServer tls = TlsServer.create(
                        "web", TlsServerConfig.of(certificate), TlsEngine.NATIVE, TicketKeys.generate());
                TestServer server = new TestServer(tls, Echo::new);
                TlsClient otherName =
                        TlsClient.create(TlsClientConfig.of("b.example.com", Optional.of(certificates.ca())));
                TlsClient otherCa = TlsClient.create(TlsClientConfig.of("a.example.com", Optional.empty()))) {
            connect(otherName, server.port());
            await().until(() -> outcome.size() == 1);
            assertThat(outcome.remove()).contains("b.example.com");

            connect(otherCa, server.port());
            await().until(() -> outcome.size() == 1);
            assertThat(outcome.remove()).containsIgnoringCase("certif");
            assertThat(server.sessions).isEmpty();
        }
    }
}
