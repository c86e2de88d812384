package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Back-pressure is bounded, and a loop with nothing to do sleeps. */
class RestTest {
    /** Socket buffers of both connections (6 MB receive, 4 MB send at most by default) and a pipe. */
    private static final long IN_FLIGHT_BOUND = 40L << 20;

    @Test
    void aSlowReaderBlocksTheSenderAndNothingPilesUp() throws Exception {
        long total = 64L << 20;
        AtomicLong written = new AtomicLong();
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect(4096);
                Socket server = upstream.accept()) {
            Future<String> sent = Traffic.async(() -> {
                String hash = "";
                for (int part = 0; part < 64; part++) {
                    hash = Traffic.send(server, total / 64, 65_536, part);
                    written.addAndGet(total / 64);
                }
                return hash;
            });
            Waits.untilStill(() -> fixture.numbers().bytesDown());
            long blockedAt = written.get();

            assertThat(blockedAt).isLessThan(IN_FLIGHT_BOUND);
            Waits.assertAtRest(fixture.relay);
            assertThat(written.get()).isEqualTo(blockedAt);

            Traffic.receive(client, total / 64 * 63);
            assertThat(Traffic.receive(client, total / 64)).isEqualTo(Traffic.get(sent));
        }
    }

    @Test
    void aHalfClosedConnectionSleeps() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);

            Waits.assertAtRest(fixture.relay);

            server.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatIsDoneWhileItsAnswerIsStuckLeavesTheLoopAsleep() throws Exception {
        // The upstream socket is then shut down both ways, and epoll would report EPOLLHUP for ever.
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect(4096);
                Socket server = upstream.accept()) {
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            int sent = fillDown(fixture, server);
            Traffic.finish(server);

            Waits.assertAtRest(fixture.relay);

            assertThat(client.getInputStream().readAllBytes()).hasSize(sent);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }

    /** Sends until the relay is stuck, and not so much more that the end of stream would be stuck behind it. */
    static int fillDown(RelayFixture fixture, Socket server) throws Exception {
        int sent = 0;
        do {
            server.getOutputStream().write(new byte[64 << 10]);
            sent += 64 << 10;
        } while (Waits.happens(bytesDown(fixture, sent)));
        return sent;
    }

    private static BooleanSupplier bytesDown(RelayFixture fixture, long bytes) {
        return () -> fixture.numbers().bytesDown() == bytes;
    }

    @Test
    void anIdleConnectionCostsTwoFdsAndNoWakeUps() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start()) {
            long before = OpenFds.count();
            try (Socket client = fixture.connect();
                    Socket server = upstream.accept()) {
                assertThat(client.isConnected() && server.isConnected()).isTrue();
                Waits.until(() -> fixture.numbers().upstreamConnections() == 1);

                assertThat(OpenFds.count() - before).isEqualTo(2 + 2); // and the two of this test
                Waits.assertAtRest(fixture.relay);
            }
        }
    }
}
