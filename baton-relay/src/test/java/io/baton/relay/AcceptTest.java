package io.baton.relay;

import static io.baton.relay.RelayFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.ResourceLimit;
import io.baton.posix.SocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptTest {

    @ParameterizedTest(name = "{0} workers")
    @ValueSource(ints = {1, 3})
    void atTheConnectionLimitAcceptingPausesAndResumesWhenThereIsRoom(int workers) throws Exception {
        RelayOptions two = RelayOptions.defaults().withWorkers(workers).withMaxConnections(2);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().options(two).to(echo.port()).start();
                Socket first = fixture.connect();
                Socket second = fixture.connect()) {
            ConnectTest.assertEchoes(first);
            ConnectTest.assertEchoes(second);
            try (Socket third = fixture.connect()) { // by the kernel: it waits in the accept queue
                Waits.until(() -> fixture.pauses.contains("paused CONNECTION_LIMIT"));
                Waits.assertAtRest(fixture.relay);
                assertThat(fixture.relay.activeConnections()).isEqualTo(2);

                Traffic.finish(first);

                ConnectTest.assertEchoes(third);
                assertThat(fixture.relay.activeConnections()).isEqualTo(2);
                assertThat(fixture.pauses).contains("resumed");
            }
        }
    }

    @Test
    void outOfFdsAcceptingPausesAndResumesWhenThereAreSome() throws Exception {
        AtomicInteger refusals = new AtomicInteger(3);
        FaultyPosix faulty = new FaultyPosix()
                .on(
                        "accept",
                        (call, arguments) ->
                                refusals.getAndDecrement() > 0 ? -Errno.EMFILE.number() : call.make(arguments));
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .posix(faulty.posix())
                        .to(echo.port())
                        .start();
                Socket client = fixture.connect()) {
            ConnectTest.assertEchoes(client);

            assertThat(fixture.pauses)
                    .containsExactly(
                            "paused OUT_OF_FDS",
                            "resumed",
                            "paused OUT_OF_FDS",
                            "resumed",
                            "paused OUT_OF_FDS",
                            "resumed");
            assertThat(fixture.relay.rounds()).isLessThan(100);
        }
    }

    @Test
    void theConnectionLimitFollowsFromTheFdLimit() {
        FaultyPosix faulty = new FaultyPosix()
                .on("openFileLimit", (call, arguments) -> new ResourceLimit(64, 1088))
                .on("setOpenFileSoftLimit", (call, arguments) -> {
                    assertThat(arguments).containsExactly(1088L);
                    return null;
                });
        try (RelayFixture fixture = RelayFixture.relay().posix(faulty.posix()).start()) {
            // 1088 - 128 reserved = 960, less one in 32 for pipes, two for each connection
            assertThat(fixture.relay.maxConnections()).isEqualTo(465);
            assertThat(faulty.calls("setOpenFileSoftLimit")).isEqualTo(1);
        }
    }

    @Test
    void anFdLimitWithoutRoomForAConnectionIsSaidAtStart() {
        FaultyPosix faulty = new FaultyPosix().on("openFileLimit", (call, arguments) -> new ResourceLimit(64, 64));
        try (Relay relay = new Relay(faulty.posix(), RelayOptions.defaults(), RelayObserver.NONE)) {
            assertThatThrownBy(relay::start)
                    .hasMessage(
                            "RLIMIT_NOFILE is 64, expected more than the 128 fds that reservedFds keeps for the rest of"
                                    + " the process");
        }
    }

    @Test
    void afterStopAcceptingConnectionsGoOnAndNewOnesAreLeftToOtherHolders() throws Exception {
        RelayOptions two = RelayOptions.defaults().withWorkers(2);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().options(two).to(echo.port()).start();
                Fd duplicate = fixture.posix.duplicate(fixture.listener, 0);
                RelayFixture successor = RelayFixture.relay().to(echo.port()).start();
                Socket old = fixture.connect()) {
            ConnectTest.assertEchoes(old);

            fixture.relay.stopAccepting();
            fixture.relay.stopAccepting();

            try (Socket fresh = fixture.connect()) {
                successor.relay.addListener(listenerOn("taken over", List.of(duplicate), successor));
                ConnectTest.assertEchoes(fresh);
                ConnectTest.assertEchoes(old);
                assertThat(fixture.numbers().connections()).isEqualTo(1);
                assertThatThrownBy(() -> fixture.relay.addListener(listenerOn("late", List.of(duplicate), fixture)))
                        .isInstanceOf(IllegalStateException.class);
                successor.relay.close(); // before the duplicate is closed
            }
        }
    }

    @Test
    void whoeverComesWhileAcceptingPausesIsServedAfterwards() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start();
                Socket old = fixture.connect()) {
            ConnectTest.assertEchoes(old);
            fixture.relay.pauseAccepting();
            try (Socket fresh = fixture.connect()) {
                fixture.relay.addListener(listenerOn("again", List.of(fixture.listener), fixture));

                ConnectTest.assertEchoes(fresh);
                ConnectTest.assertEchoes(old);
            }
        }
    }

    @Test
    void aClientThatIsInTheAcceptQueueWhenAcceptingStopsIsServed() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().start()) {
            CountDownLatch loopBusy = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            try (Fd socket = fixture.listen(loopback(0))) {
                UpstreamSelector busy = new UpstreamSelector() {
                    @Override
                    public Iterator<SocketAddress> candidates() {
                        return List.<SocketAddress>of(loopback(echo.port())).iterator();
                    }

                    @Override
                    public void connected(SocketAddress endpoint) {
                        loopBusy.countDown();
                        awaitUninterrupted(goOn);
                    }
                };
                fixture.relay.addListener(new RelayListener(
                        "held up", List.of(List.of(socket)), busy, Duration.ZERO, Duration.ofSeconds(1)));
                try (Socket first = fixture.connectTo(socket)) {
                    assertThat(loopBusy.await(20, TimeUnit.SECONDS)).isTrue();
                    Thread stopping = Thread.ofPlatform().start(fixture.relay::stopAccepting);
                    Waits.until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
                    try (Socket second = fixture.connectTo(socket)) {
                        goOn.countDown();
                        stopping.join();

                        ConnectTest.assertEchoes(first);
                        ConnectTest.assertEchoes(second);
                    }
                }
            }
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void stopAcceptingDuringAPauseIsFinal() throws Exception {
        RelayOptions one = RelayOptions.defaults().withWorkers(1).withMaxConnections(1);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().options(one).to(echo.port()).start();
                Socket first = fixture.connect();
                Socket second = fixture.connect()) {
            ConnectTest.assertEchoes(first);
            assertThat(second.isConnected()).isTrue();
            Waits.until(() -> !fixture.pauses.isEmpty());

            fixture.relay.stopAccepting();
            Traffic.finish(first);
            fixture.report();

            Waits.assertAtRest(fixture.relay);
            assertThat(fixture.relay.activeConnections()).isZero();
            assertThat(fixture.numbers().connections()).isEqualTo(1);
        }
    }

    @Test
    void aLoopAcceptsFromSeveralSockets() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start();
                Fd surplus = fixture.listen(loopback(0));
                Fd another = fixture.listen(loopback(0))) {
            fixture.relay.addListener(listenerOn("second", List.of(surplus, another), fixture));

            for (Fd socket : List.of(surplus, another, fixture.listener)) {
                try (Socket client = fixture.connectTo(socket)) {
                    ConnectTest.assertEchoes(client);
                }
                fixture.report();
            }
            assertThat(fixture.relay.numbers()).hasEntrySatisfying("second", numbers -> {
                assertThat(numbers.connections()).isEqualTo(2);
                assertThat(numbers.active()).isZero();
                assertThat(numbers.bytesUp()).isEqualTo(10);
                assertThat(numbers.bytesDown()).isEqualTo(10);
            });
            assertThatThrownBy(() -> fixture.relay.addListener(listenerOn("second", List.of(), fixture)))
                    .hasMessage("listener second is already there");
            fixture.relay.close(); // before the sockets are closed
        }
    }

    @Test
    void aListenerForMoreWorkersThanThereAreIsRefused() {
        try (RelayFixture fixture = RelayFixture.relay().start()) {
            RelayListener listener = new RelayListener(
                    "wide",
                    List.of(List.of(), List.of()),
                    () -> fixture.endpoints.iterator(),
                    Duration.ZERO,
                    Duration.ofSeconds(1));
            assertThatThrownBy(() -> fixture.relay.addListener(listener))
                    .hasMessage("listener wide has sockets for 2 workers, expected at most 1");
        }
    }

    @Test
    void aSelectorThatThrowsCutsItsConnectionAndNoOther() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start();
                Fd socket = fixture.listen(loopback(0));
                Socket bystander = fixture.connect()) {
            ConnectTest.assertEchoes(bystander);
            fixture.relay.addListener(new RelayListener(
                    "broken",
                    List.of(List.of(socket)),
                    () -> {
                        calls.incrementAndGet();
                        throw new IllegalStateException("broken on purpose");
                    },
                    Duration.ZERO,
                    Duration.ofSeconds(1)));
            ConnectTest.assertResetAtOnce(fixture, socket);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            ConnectTest.assertEchoes(bystander);
            assertThat(calls).hasValue(1);
            fixture.relay.close(); // before the socket is closed
        }
    }

    @Test
    void manyConnectionsShareOneLoopPerWorker() throws Exception {
        int count = 2_000;
        RelayOptions two = RelayOptions.defaults().withWorkers(2);
        List<Socket> clients = new ArrayList<>();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().options(two).to(echo.port()).start()) {
            try {
                for (int i = 0; i < count; i++) {
                    clients.add(fixture.connect());
                }
                for (int i = 0; i < count; i++) {
                    clients.get(i).getOutputStream().write(new byte[] {(byte) i, (byte) (i >> 8)});
                }
                for (int i = 0; i < count; i++) {
                    assertThat(clients.get(i).getInputStream().readNBytes(2))
                            .containsExactly((byte) i, (byte) (i >> 8));
                }
                assertThat(fixture.relay.activeConnections()).isEqualTo(count);
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
            Waits.until(() -> fixture.relay.activeConnections() == 0);
            assertThat(fixture.reports)
                    .hasSize(count)
                    .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED));
            assertThat(fixture.reports).extracting(ConnectionReport::id).doesNotHaveDuplicates();
        }
    }

    private static RelayListener listenerOn(String name, List<Fd> sockets, RelayFixture fixture) {
        return new RelayListener(
                name, List.of(sockets), () -> fixture.endpoints.iterator(), Duration.ZERO, Duration.ofSeconds(1));
    }
}
