package io.baton.relay;

import static io.baton.relay.RelayFixture.loopback;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {

    @Test
    void theNextEndpointIsTriedWhenOneRefuses() throws Exception {
        int refusing = unusedPort();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .to(refusing)
                        .to(refusing)
                        .to(echo.port())
                        .start();
                Socket client = fixture.connect()) {
            assertEchoes(client);
            Traffic.finish(client);

            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
            assertThat(report.upstream()).contains(loopback(echo.port()));
            assertThat(fixture.failures)
                    .containsExactly(
                            loopback(refusing) + " " + Errno.ECONNREFUSED,
                            loopback(refusing) + " " + Errno.ECONNREFUSED);
            assertThat(fixture.numbers().connectFailures()).isEqualTo(2);
            assertThat(fixture.numbers().upstreamConnections()).isEqualTo(1);
        }
    }

    @Test
    void theClientIsResetWhenAllEndpointsRefuse() throws Exception {
        int refusing = unusedPort();
        try (RelayFixture fixture =
                RelayFixture.relay().to(refusing).to(refusing).start()) {
            assertResetAtOnce(fixture, fixture.listener);

            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.CONNECT_FAILED);
            assertThat(report.upstream()).contains(loopback(refusing));
            assertThat(report.client()).isInstanceOf(SocketAddress.Inet.class);
            assertThat(fixture.numbers().active()).isZero();
        }
    }

    @Test
    void theClientIsResetWhenThereIsNoEndpoint() throws Exception {
        try (RelayFixture fixture = RelayFixture.relay().start()) {
            assertResetAtOnce(fixture, fixture.listener);

            assertThat(fixture.report().upstream()).isEmpty();
        }
    }

    /** The reset may be faster than the client's connect returns. */
    static void assertResetAtOnce(RelayFixture fixture, Fd listener) {
        assertThatThrownBy(() -> {
                    try (Socket client = fixture.connectTo(listener)) {
                        client.getInputStream().read();
                    }
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void theNextEndpointIsTriedWhenOneDoesNotAnswerInTime() throws Exception {
        try (EchoServer echo = new EchoServer();
                FullBacklog silent = new FullBacklog();
                RelayFixture fixture = RelayFixture.relay()
                        .connectTimeout(Duration.ofMillis(150))
                        .to(silent.address())
                        .to(echo.port())
                        .start();
                Socket client = fixture.connect()) {
            long begin = System.nanoTime();
            assertEchoes(client);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(140));
            assertThat(fixture.failures).containsExactly(silent.address() + " " + Errno.ETIMEDOUT);
        }
    }

    @Test
    void whatTheClientSaysWhileConnectingWaitsInItsSocketAndTheLoopSleeps() throws Exception {
        try (EchoServer echo = new EchoServer();
                FullBacklog silent = new FullBacklog();
                RelayFixture fixture = RelayFixture.relay()
                        .connectTimeout(Duration.ofMillis(1500))
                        .to(silent.address())
                        .to(echo.port())
                        .start();
                Socket client = fixture.connect()) {
            client.getOutputStream().write("early".getBytes(UTF_8));
            client.shutdownOutput();
            Waits.until(() -> fixture.relay.activeConnections() == 1);
            Waits.assertAtRest(fixture.relay);

            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("early");
        }
    }

    @Test
    void aClientThatResetsWhileConnectingEndsTheAttempt() throws Exception {
        try (FullBacklog silent = new FullBacklog();
                RelayFixture fixture = RelayFixture.relay()
                        .connectTimeout(Duration.ofSeconds(30))
                        .to(silent.address())
                        .start();
                Socket client = fixture.connect()) {
            Waits.until(() -> fixture.relay.activeConnections() == 1);

            Traffic.reset(client);

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CLIENT_RESET);
        }
    }

    @Test
    void upstreamsCanBeUnixSockets(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("up.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try (RelayFixture fixture = RelayFixture.relay()
                            .to(new SocketAddress.UnixPath(path.toString()))
                            .start();
                    Socket client = fixture.connect();
                    SocketChannel accepted = server.accept()) {
                client.getOutputStream().write("over unix".getBytes(UTF_8));
                client.shutdownOutput();
                ByteBuffer received = ByteBuffer.allocate(100);
                while (accepted.read(received) >= 0) {
                    // until end of stream
                }
                accepted.write(received.flip());
                Traffic.finish(accepted);

                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("over unix");
                assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
            }
        }
    }

    @Test
    void aUnixUpstreamThatClosesWhileTheClientIsStuckLosesNothingAndDoesNotSpin(@TempDir Path directory)
            throws Exception {
        Path path = directory.resolve("up.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try (RelayFixture fixture = RelayFixture.relay()
                            .to(new SocketAddress.UnixPath(path.toString()))
                            .start();
                    Socket client = fixture.connect(4096);
                    SocketChannel accepted = server.accept()) {
                accepted.configureBlocking(false);
                long sent = 0;
                for (int wrote = 1;
                        wrote > 0 || Waits.happens(moreRoundsThan(fixture, fixture.relay.rounds()));
                        sent += wrote) {
                    wrote = accepted.write(ByteBuffer.allocate(1 << 20));
                }
                Traffic.finish(accepted);
                Waits.assertAtRest(fixture.relay);

                assertThat(client.getInputStream().readAllBytes()).hasSize(Math.toIntExact(sent));
            }
        }
    }

    private static BooleanSupplier moreRoundsThan(RelayFixture fixture, long rounds) {
        return () -> fixture.relay.rounds() > rounds;
    }

    @Test
    void aUnixUpstreamThatIsNotThereIsTheSameAsARefusal(@TempDir Path directory) throws Exception {
        SocketAddress missing =
                new SocketAddress.UnixPath(directory.resolve("none").toString());
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().to(missing).to(echo.port()).start();
                Socket client = fixture.connect()) {
            assertEchoes(client);
            assertThat(fixture.failures).containsExactly(missing + " " + Errno.ENOENT);
        }
    }

    @Test
    void clientsCanBeUnixSockets(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("front.sock");
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .address(new SocketAddress.UnixPath(path.toString()))
                        .to(echo.port())
                        .start();
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(5);
            while (answer.hasRemaining() && client.read(answer) >= 0) {
                // until whole
            }
            Traffic.finish(client);

            assertThat(answer.array()).asString().isEqualTo("hello");
            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
            assertThat(report.client()).isEqualTo(new SocketAddress.UnixUnnamed());
        }
    }

    @Test
    void bothSidesCanBeIpv6() throws Exception {
        InetAddress loopback6 = InetAddress.ofLiteral("::1");
        try (ServerSocket server = openOrAbort(loopback6);
                RelayFixture fixture = RelayFixture.relay()
                        .address(new SocketAddress.Inet(loopback6, 0))
                        .to(new SocketAddress.Inet(loopback6, server.getLocalPort()))
                        .start();
                Socket client = new Socket(loopback6, fixture.port());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(6);
            assertThat(accepted.getInputStream().read()).isEqualTo(6);
        }
    }

    @Test
    void anAcceptedSocketInheritsNoDelayFromItsListener() throws Exception {
        Posix posix = Posix.linux();
        try (RelayFixture fixture = RelayFixture.relay().start()) {
            fixture.relay.stopAccepting();
            try (Socket client = fixture.connect();
                    Fd accepted = Fd.own(awaitAccept(fixture))) {
                assertThat(posix.socketOption(accepted, SocketOption.TCP_NODELAY))
                        .isEqualTo(1);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    private static int awaitAccept(RelayFixture fixture) {
        int[] accepted = {-1};
        Waits.until(() -> (accepted[0] = fixture.posix.accept(fixture.listener.number())) >= 0);
        return accepted[0];
    }

    private static ServerSocket openOrAbort(InetAddress address) throws IOException {
        try {
            return new ServerSocket(0, 10, address);
        } catch (IOException e) {
            return abort("no IPv6 loopback on this machine: " + e.getMessage());
        }
    }

    static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
    }

    static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
