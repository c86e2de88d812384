package io.baton.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.BatchLimit;
import io.baton.spi.MigratableConnection;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What moving means for the relays between which connections move. */
class MoveTest {
    private static final RelayOptions TWO_WORKERS = RelayOptions.defaults().withWorkers(2);

    @Test
    void aHundredMovesUnderTrafficLoseNoByteInEitherDirection() throws Exception {
        try (EchoServer echo = new EchoServer();
                Ferry ferry = new Ferry();
                RelayFixture first = RelayFixture.relay()
                        .options(TWO_WORKERS)
                        .to(echo.port())
                        .start();
                RelayFixture second = RelayFixture.relay()
                        .options(TWO_WORKERS)
                        .to(echo.port())
                        .start()) {
            List<Future<String>> sent = new ArrayList<>();
            List<Future<String>> received = new ArrayList<>();
            List<Socket> clients = new ArrayList<>();
            AtomicInteger moves = new AtomicInteger();
            for (int i = 0; i < 12; i++) {
                Socket client = first.connect(i % 3 == 0 ? 8192 : -1);
                int seed = i;
                clients.add(client);
                received.add(Traffic.async(() -> Traffic.receiveAll(client)));
                sent.add(Traffic.async(() -> sendUntil(client, seed, () -> moves.get() >= 100)));
            }
            int moved = 0;
            RelayFixture owner = first;
            while (moves.getAndIncrement() < 100) {
                RelayFixture next = owner == first ? second : first;
                moved += ferry.moveAll(owner.relay, next.relay);
                owner = next;
            }
            for (int i = 0; i < clients.size(); i++) {
                assertThat(Traffic.get(received.get(i))).isEqualTo(Traffic.get(sent.get(i)));
                clients.get(i).close();
            }
            Waits.until(() -> first.reports.size() + second.reports.size() == clients.size());
            assertThat(moved).isEqualTo(100 * clients.size());
            assertThat(first.reports).hasSize(clients.size()); // an even number of moves
            assertThat(first.reports)
                    .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED))
                    .allSatisfy(report -> assertThat(report.bytesUp()).isEqualTo(report.bytesDown()));
        }
    }

    private interface Condition {
        boolean isTrue();
    }

    /** Sends random bytes until told to stop, then the end of the stream; their hash. */
    private static String sendUntil(Socket socket, int seed, Condition stop) throws Exception {
        var random = Traffic.random(seed);
        var digest = java.security.MessageDigest.getInstance("SHA-256");
        while (!stop.isTrue()) {
            byte[] chunk = new byte[random.nextInt(1, seed % 2 == 0 ? 300 : 200_000)];
            random.nextBytes(chunk);
            digest.update(chunk);
            socket.getOutputStream().write(chunk);
        }
        socket.shutdownOutput();
        return java.util.HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void theReportOfTheLastOwnerTellsTheWholeLife() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        try (MoveScene scene = new MoveScene(true, clock::get).connect()) {
            ResetTest.exchange(scene.client(), scene.server());
            clock.addAndGet(Duration.ofMinutes(7).toNanos());
            scene.first.relay.poke();
            Waits.untilStill(() -> scene.first.relay.rounds());
            scene.move(Ferry.Between.NOTHING);
            ResetTest.exchange(scene.client(), scene.server());
            scene.client().close();
            scene.server().close();

            ConnectionReport report = scene.second.report();
            long exchanged = scene.second.numbers().bytesUp();
            assertThat(report.bytesUp()).isEqualTo(2 * exchanged);
            assertThat(report.duration()).isGreaterThanOrEqualTo(Duration.ofMinutes(7));
            assertThat(report.started()).isBefore(java.time.Instant.now());
            assertThat(report.client())
                    .isEqualTo(RelayFixture.loopback(scene.client().getLocalPort()));
            assertThat(report.upstream()).contains(RelayFixture.loopback(scene.upstream.port()));
            assertThat(scene.first.reports).isEmpty();
        }
    }

    @Test
    void theNumbersOfBothRelaysStayRight() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            ResetTest.exchange(scene.client(), scene.server());
            scene.move(Ferry.Between.NOTHING);
            Waits.until(() -> scene.first.numbers().active() == 0
                    && scene.second.numbers().active() == 1);

            ListenerNumbers first = scene.first.numbers();
            ListenerNumbers second = scene.second.numbers();
            assertThat(first.connections()).isOne();
            assertThat(first.movedOut()).isOne();
            assertThat(first.upstreamConnections()).isOne();
            assertThat(second.connections()).isZero();
            assertThat(second.movedIn()).isOne();
            assertThat(second.upstreamConnections()).isZero();
            assertThat(second.bytesUp()).isZero();
            assertThat(scene.first.moved).hasValue(1);
            assertThat(scene.first.upstreams).hasValue(0);
            assertThat(scene.second.upstreams).hasValue(1);
            assertThat(scene.second.restored).hasValue(1);
            assertThat(scene.first.relay.activeConnections()).isZero();
            assertThat(scene.second.relay.activeConnections()).isOne();
        }
    }

    @Test
    void anIdleTimeoutGoesOnWhereTheConnectionGoes() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        RelayFixture.Setup setup = RelayFixture.relay().clock(clock::get).idleTimeout(Duration.ofMinutes(10));
        try (EchoServer echo = new EchoServer();
                Ferry ferry = new Ferry();
                RelayFixture first = setup.to(echo.port()).start();
                RelayFixture second = setup.start();
                Socket client = first.connect()) {
            ConnectTest.assertEchoes(client);
            IdleTest.advance(clock, first, Duration.ofMinutes(9));
            IdleTest.advance(clock, second, Duration.ZERO);
            assertThat(ferry.moveAll(first.relay, second.relay)).isOne();
            Waits.until(() -> second.numbers().active() == 1);

            IdleTest.advance(clock, second, Duration.ofSeconds(61));

            ConnectionReport report = second.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.IDLE_TIMEOUT);
            assertThat(report.duration()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void anOfferOutlastsItsIdleTimeoutAndIsResetWhenItComesBack() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        RelayFixture.Setup setup = RelayFixture.relay().clock(clock::get).idleTimeout(Duration.ofMinutes(10));
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = setup.to(echo.port()).start();
                Socket client = fixture.connect()) {
            ConnectTest.assertEchoes(client);
            MigratableConnection offered = Ferry.quiesce(fixture, Ferry.BATCH).getFirst();
            IdleTest.advance(clock, fixture, Duration.ofMinutes(11));
            assertThat(fixture.relay.activeConnections()).isOne();

            offered.resume();
            IdleTest.advance(clock, fixture, Duration.ofSeconds(1));

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.IDLE_TIMEOUT);
        }
    }

    @Test
    void aConnectionThatMovesWhileConnectingConnectsInItsNewProcess() throws Exception {
        Posix posix = Posix.linux();
        try (FullBacklog silent = new FullBacklog();
                Ferry ferry = new Ferry();
                RelayFixture first = RelayFixture.relay()
                        .connectTimeout(Duration.ofSeconds(50))
                        .to(silent.address())
                        .start();
                RelayFixture second = RelayFixture.relay().start();
                Socket client = first.connect()) {
            client.getOutputStream().write("early".getBytes(UTF_8));
            Waits.until(() -> first.relay.activeConnections() == 1);
            assertThat(ferry.moveAll(first.relay, second.relay)).isOne();

            try (Fd accepting = silent.acceptLater()) {
                Thread.ofVirtual().start(() -> greetAll(posix, accepting));
                assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            }
            assertThat(second.numbers().upstreamConnections()).isOne();
            assertThat(first.numbers().upstreamConnections()).isZero();
        }
    }

    private static void greetAll(Posix posix, Fd listener) {
        var hello = java.lang.foreign.Arena.ofAuto().allocateFrom("hello");
        for (int accepted = posix.accept(listener.number());
                accepted >= 0;
                accepted = posix.accept(listener.number())) {
            posix.send(accepted, hello, 0, 5); // and left open to the end of the test's JVM
        }
    }

    @Test
    void theConnectDeadlineGoesOnAndOnlyWhatWasNotTriedIsTried() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        int refusing = ConnectTest.unusedPort();
        RelayFixture.Setup setup = RelayFixture.relay().clock(clock::get).connectTimeout(Duration.ofMinutes(10));
        try (EchoServer echo = new EchoServer();
                FullBacklog silent = new FullBacklog();
                Ferry ferry = new Ferry();
                RelayFixture first =
                        setup.to(refusing).to(silent.address()).to(echo.port()).start();
                RelayFixture second = setup.start();
                Socket client = first.connect()) {
            Waits.until(() -> first.failures.size() == 1);
            IdleTest.advance(clock, first, Duration.ofMinutes(9));
            IdleTest.advance(clock, second, Duration.ZERO);
            assertThat(ferry.moveAll(first.relay, second.relay)).isOne();
            Waits.until(() -> second.numbers().active() == 1);
            IdleTest.advance(clock, second, Duration.ofSeconds(61));

            ConnectTest.assertEchoes(client);

            assertThat(first.failures).containsExactly(RelayFixture.loopback(refusing) + " ECONNREFUSED");
            assertThat(second.failures).containsExactly(silent.address() + " ETIMEDOUT");
        }
    }

    @Test
    void anIdleConnectionThatMovedCostsTwoFdsAndNoWakeUps() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            long before = OpenFds.count();
            scene.move(Ferry.Between.NOTHING);
            Waits.until(() -> scene.first.relay.activeConnections() == 0);

            assertThat(OpenFds.count()).isEqualTo(before);
            Waits.assertAtRest(scene.first.relay);
            Waits.assertAtRest(scene.second.relay);
        }
    }

    @Test
    void aConnectionMayComeToAListenerThatDoesNotAcceptYet() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect();
                Relay child = new Relay(Posix.linux(), TWO_WORKERS, RelayObserver.NONE)) {
            child.start();
            RelayListener listener = new RelayListener(
                    "test",
                    List.of(List.of(scene.first.listener)),
                    Collections::emptyIterator,
                    Duration.ZERO,
                    Duration.ofSeconds(1));
            child.expectListener(listener);
            assertThat(scene.ferry.moveAll(scene.first.relay, child)).isOne();

            ResetTest.exchange(scene.client(), scene.server());

            child.addListener(listener);
            assertThat(child.numbers()).hasSize(1);
            assertThat(child.activeConnections()).isOne();
            assertThatThrownBy(() -> child.addListener(listener)).hasMessage("listener test is already there");
        }
    }

    @Test
    void aNewConnectionWakesTheHandoverWhileThereIsOne() throws Exception {
        AtomicInteger wakes = new AtomicInteger();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start()) {
            var source = fixture.relay.connectionSource();
            source.onMovable(wakes::incrementAndGet);
            try (Socket before = fixture.connect()) {
                ConnectTest.assertEchoes(before);
                assertThat(wakes).hasValue(0);
                Ferry.quiesce(fixture, Ferry.BATCH).forEach(MigratableConnection::resume);
                try (Socket during = fixture.connect()) {
                    ConnectTest.assertEchoes(during);
                    assertThat(wakes).hasValue(1);
                    assertThat(Ferry.quiesce(fixture, Ferry.BATCH)).hasSize(1).allSatisfy(MigratableConnection::resume);
                    ConnectTest.assertEchoes(during);
                }
                source.handoverEnded();
                try (Socket after = fixture.connect()) {
                    ConnectTest.assertEchoes(after);
                    assertThat(wakes).hasValue(1);
                }
            }
        }
    }

    @Test
    void idsOfRelaysWithRangesOfTheirOwnDoNotMeet() throws Exception {
        long range = 1L << 40;
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .options(RelayOptions.defaults().withWorkers(1).withFirstId(3 * range))
                        .to(echo.port())
                        .start();
                Socket client = fixture.connect()) {
            ConnectTest.assertEchoes(client);
            Traffic.finish(client);
            assertThat(fixture.report().id()).isEqualTo(3 * range);
        }
    }

    @Test
    void connectionsInUseAreGivenAwayLast() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        BatchLimit one = new BatchLimit(1, 253, 128 << 10);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .options(RelayOptions.defaults().withWorkers(1))
                        .clock(clock::get)
                        .to(echo.port())
                        .start();
                Socket busy = fixture.connect();
                Socket quiet = fixture.connect()) {
            ConnectTest.assertEchoes(busy);
            ConnectTest.assertEchoes(quiet);
            IdleTest.advance(clock, fixture, Duration.ofSeconds(2));
            ConnectTest.assertEchoes(busy);

            List<MigratableConnection> first = Ferry.quiesce(fixture, one);
            List<MigratableConnection> second = Ferry.quiesce(fixture, one);

            assertThat(first).hasSize(1);
            assertThat(second).hasSize(1);
            assertThat(second.getFirst().id()).isLessThan(first.getFirst().id());
            assertThat(Ferry.quiesce(fixture, one)).isEmpty();
            first.forEach(MigratableConnection::resume);
            second.forEach(MigratableConnection::resume);
            ConnectTest.assertEchoes(quiet);
            ConnectTest.assertEchoes(busy);
        }
    }
}
