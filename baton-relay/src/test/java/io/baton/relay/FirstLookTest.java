package io.baton.relay;

import static io.baton.relay.MoveScene.say;
import static io.baton.relay.RelayFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Errno;
import io.baton.posix.PollCalls;
import io.baton.posix.SocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client says first decides where it goes, and is not taken from it. */
class FirstLookTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void connectionsGoWhereTheyWantToAndTheirEndpointsHearEverything() throws Exception {
        try (Upstream zero = new Upstream();
                Upstream one = new Upstream();
                RelayFixture fixture = RelayFixture.relay()
                        .routed(LONG)
                        .to(zero.port())
                        .to(one.port())
                        .start();
                Socket toOne = fixture.connect();
                Socket toZero = fixture.connect()) {
            say(toOne, "1\n");
            say(toZero, "0\nand more");
            try (Socket atOne = one.accept();
                    Socket atZero = zero.accept()) {
                assertThat(atOne.getInputStream().readNBytes(2)).asString().isEqualTo("1\n");
                assertThat(atZero.getInputStream().readNBytes(10)).asString().isEqualTo("0\nand more");
                say(atOne, "welcome");
                assertThat(toOne.getInputStream().readNBytes(7)).asString().isEqualTo("welcome");
                Traffic.finish(toOne);
                Traffic.finish(atOne);

                ConnectionReport report = fixture.report();
                assertThat(report.destination()).contains("1");
                assertThat(report.upstream()).contains(loopback(one.port()));
                assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
                assertThat(report.bytesUp()).isEqualTo(2);
                assertThat(fixture.numbers().destinations())
                        .containsEntry("1", new DestinationNumbers(2, 7))
                        .containsEntry("0", new DestinationNumbers(10, 0));
                assertThat(fixture.numbers().bytesUp()).isEqualTo(12);
                assertThat(fixture.numbers().bytesDown()).isEqualTo(7);
            }
        }
    }

    @Test
    void whatFollowsTheHelloIsNeitherLostNorDoubled() throws Exception {
        long bulk = 8L << 20;
        try (Upstream upstream = new Upstream();
                RelayFixture fixture =
                        RelayFixture.relay().routed(LONG).to(upstream.port()).start();
                Socket client = fixture.connect()) {
            Future<String> sent = Traffic.async(() -> {
                say(client, "0\n");
                return Traffic.send(client, bulk, 100_000, 1);
            });
            try (Socket server = upstream.accept()) {
                assertThat(server.getInputStream().readNBytes(2)).asString().isEqualTo("0\n");
                assertThat(Traffic.receive(server, bulk)).isEqualTo(Traffic.get(sent));
            }
        }
    }

    @Test
    void halfAHelloCostsNoWakeUps() throws Exception {
        FaultyPosix posix = new FaultyPosix();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .posix(posix.posix())
                        .routed(LONG)
                        .to(echo.port())
                        .start();
                Socket silent = fixture.connect();
                Socket halfWay = fixture.connect()) {
            say(halfWay, " ".repeat(500));
            Waits.until(() -> fixture.relay.activeConnections() == 2);

            Waits.assertAtRest(fixture.relay);
            // At most: when each comes, and when it says something.
            assertThat(posix.calls("receive")).isLessThanOrEqualTo(3);

            say(halfWay, "0\n");
            assertThat(halfWay.getInputStream().readNBytes(502)).asString().endsWith("0\n");
            say(silent, "0\n");
            assertThat(silent.getInputStream().readNBytes(2)).asString().isEqualTo("0\n");
        }
    }

    @Test
    void aHelloMayComeByteByByte() throws Exception {
        String hello = " ".repeat(300) + "0\n";
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().routed(LONG).to(echo.port()).start();
                Socket client = fixture.connect()) {
            for (int i = 0; i < hello.length(); i++) {
                say(client, hello.substring(i, i + 1));
            }
            assertThat(client.getInputStream().readNBytes(hello.length()))
                    .asString()
                    .isEqualTo(hello);
        }
    }

    @Test
    void whoDoesNotSayInTimeWhereToGoIsReset() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .clock(clock::get)
                        .routed(Duration.ofMinutes(1))
                        .to(echo.port())
                        .start();
                Socket slow = fixture.connect();
                Socket fast = fixture.connect()) {
            say(fast, "0\n");
            assertThat(fast.getInputStream().readNBytes(2)).asString().isEqualTo("0\n");
            say(slow, " ");
            Waits.assertAtRest(fixture.relay);
            IdleTest.advance(clock, fixture, Duration.ofSeconds(59));
            say(slow, " "); // begins no new minute
            Waits.assertAtRest(fixture.relay);
            assertThat(fixture.reports).isEmpty();
            IdleTest.advance(clock, fixture, Duration.ofMillis(1100));

            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.HELLO_TIMEOUT);
            assertThat(report.destination()).isEmpty();
            assertThat(report.upstream()).isEmpty();
            assertThat(report.client()).isEqualTo(loopback(slow.getLocalPort()));
            ResetTest.assertReset(slow);
            IdleTest.advance(clock, fixture, LONG);
            ConnectTest.assertEchoes(fast);
        }
    }

    @Test
    void whoWantsToGoNowhereThereIsIsReset() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture =
                        RelayFixture.relay().routed(LONG).to(upstream.port()).start()) {
            for (String hello : new String[] {"!", "7\n", " ".repeat(RelayFixture.MAX_HELLO + 1)}) {
                try (Socket client = fixture.connect()) {
                    say(client, hello);
                    ResetTest.assertReset(client);
                    assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.NO_ROUTE);
                }
            }
            assertThat(fixture.numbers().upstreamConnections()).isZero();
            assertThat(fixture.numbers().active()).isZero();
        }
    }

    @Test
    void whoEndsInTheMiddleOfHisHelloIsResetAtOnce() throws Exception {
        try (RelayFixture fixture = RelayFixture.relay().routed(LONG).start();
                Socket client = fixture.connect()) {
            say(client, " ");
            Waits.until(() -> fixture.relay.activeConnections() == 1);
            client.shutdownOutput();

            ResetTest.assertReset(client);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.NO_ROUTE);
        }
    }

    @Test
    void whoEndsWithoutAWordIsLetGoInPeace() throws Exception {
        try (RelayFixture fixture = RelayFixture.relay().routed(LONG).start();
                Socket client = fixture.connect()) {
            Waits.until(() -> fixture.relay.activeConnections() == 1);
            client.shutdownOutput();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }

    @Test
    void whoResetsWhileHeIsWaitedForIsForgotten() throws Exception {
        try (RelayFixture fixture = RelayFixture.relay().routed(LONG).start()) {
            Socket client = fixture.connect();
            say(client, " ");
            Waits.until(() -> fixture.relay.activeConnections() == 1);
            Traffic.reset(client);

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CLIENT_RESET);
        }
    }

    @Test
    void whoSaysAllAtOnceAndEndsGetsHisAnswer() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().routed(LONG).to(echo.port()).start();
                Socket client = fixture.connect()) {
            say(client, "0\nquestion");
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("0\nquestion");
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }

    @Test
    void aUnixSocketIsWaitedForInTheSameWay(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("front.sock");
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .address(new SocketAddress.UnixPath(path.toString()))
                        .routed(LONG)
                        .to(echo.port())
                        .start();
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(new byte[] {' '}));
            Waits.until(() -> fixture.relay.activeConnections() == 1);
            Waits.assertAtRest(fixture.relay);
            client.write(ByteBuffer.wrap(new byte[] {'0', '\n'}));

            ByteBuffer heard = ByteBuffer.allocate(3);
            while (heard.hasRemaining()) {
                assertThat(client.read(heard)).isPositive();
            }
            assertThat(heard.array()).asString().isEqualTo(" 0\n");
        }
    }

    @Test
    void aClientThatCannotBeWaitedForIsCut() throws Exception {
        FaultyPosix posix = new FaultyPosix();
        posix.on(
                "epollControl",
                (call, arguments) -> ((int) arguments[3] & PollCalls.EPOLLET) != 0
                        ? (Object) (-Errno.ENOMEM.number())
                        : call.make(arguments));
        try (RelayFixture fixture =
                RelayFixture.relay().posix(posix.posix()).routed(LONG).start()) {
            ConnectTest.assertResetAtOnce(fixture, fixture.listener);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
        }
    }
}
