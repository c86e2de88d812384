package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Every fd is closed on every path. */
class FdTest {

    @Test
    void aThousandConnectionsThatEndInEveryWayLeaveNoFd() throws Exception {
        try (Upstream upstream = new Upstream()) {
            connectionsThatEndInEveryWay(10, upstream); // what the JVM opens once
            long before = OpenFds.count();

            Map<ConnectionOutcome, Integer> outcomes = connectionsThatEndInEveryWay(1_000, upstream);

            Waits.until(() -> OpenFds.count() <= before); // the JVM closes some of the test's own sockets later
            assertThat(outcomes)
                    .containsEntry(ConnectionOutcome.COMPLETED, 200)
                    .containsEntry(ConnectionOutcome.CLIENT_RESET, 400)
                    .containsEntry(ConnectionOutcome.UPSTREAM_RESET, 200)
                    .containsEntry(ConnectionOutcome.CONNECT_FAILED, 200);
        }
    }

    private static Map<ConnectionOutcome, Integer> connectionsThatEndInEveryWay(int count, Upstream upstream)
            throws Exception {
        long before = OpenFds.count();
        Map<ConnectionOutcome, Integer> outcomes = new EnumMap<>(ConnectionOutcome.class);
        try (RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start()) {
            for (int i = 0; i < count; i++) {
                if (i % 5 == 4) {
                    fixture.endpoints.clear();
                    ConnectTest.assertResetAtOnce(fixture, fixture.listener);
                } else {
                    endInSomeWay(i % 5, fixture, upstream);
                }
                outcomes.merge(fixture.report().outcome(), 1, Integer::sum);
                fixture.endpoints.clear();
                fixture.endpoints.add(RelayFixture.loopback(upstream.port()));
            }
            if (count > 100) {
                // Its loop (epoll, eventfd), its listener and a spare pipe or two.
                Waits.until(() -> OpenFds.count() - before <= 3 + 2 * 2);
            }
        }
        return outcomes;
    }

    @Test
    void closingWithConnectionsOfEveryStateLeavesNoFd() throws Exception {
        try (Upstream upstream = new Upstream()) {
            end(RelayFixture.relay().start());
            long before = OpenFds.count();
            try (RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                    Socket idle = fixture.connect();
                    Socket idleServer = upstream.accept();
                    Socket stuck = fixture.connect(4096);
                    Socket stuckServer = upstream.accept()) {
                Future<String> sent = Traffic.async(() -> Traffic.send(stuckServer, 1L << 30, 1 << 20, 1));
                Waits.untilStill(() -> fixture.numbers().bytesDown());

                end(fixture);

                assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(IOException.class);
                Waits.until(() -> OpenFds.count() - before <= 4); // of this test
                assertThat(idle.isConnected() && idleServer.isConnected() && stuck.isConnected())
                        .isTrue();
            }
            Waits.until(() -> OpenFds.count() <= before);
        }
    }

    @Test
    void aStartThatRunsOutOfFdsLeavesNone() {
        AtomicInteger left = new AtomicInteger(2);
        FaultyPosix faulty = new FaultyPosix().on("eventFd", (call, arguments) -> {
            if (left.getAndDecrement() == 0) {
                throw new PosixException("eventfd2()", Errno.EMFILE.number());
            }
            return call.make(arguments);
        });
        long before = OpenFds.count();
        try (Relay relay = new Relay(faulty.posix(), RelayOptions.defaults().withWorkers(4), RelayObserver.NONE)) {
            assertThatThrownBy(relay::start).hasMessageContaining("EMFILE");
        }
        assertThat(OpenFds.count()).isEqualTo(before);
    }

    private static void end(RelayFixture fixture) {
        fixture.close();
    }

    private static void endInSomeWay(int way, RelayFixture fixture, Upstream upstream) throws Exception {
        try (Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
            switch (way) {
                case 0 -> {
                    client.shutdownOutput();
                    server.shutdownOutput();
                }
                case 1 -> Traffic.reset(client);
                case 2 -> Traffic.reset(server);
                default -> {
                    Future<String> sent = Traffic.async(() -> Traffic.send(server, 1 << 22, 1 << 16, 1));
                    assertThat(client.getInputStream().read()).isNotNegative();
                    Traffic.reset(client);
                    assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(IOException.class);
                }
            }
        }
    }
}
