package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdleTest {
    private final AtomicLong clock = new AtomicLong(System.nanoTime());

    @Test
    void aConnectionIdleForItsTimeoutIsResetAndOneInUseIsNot() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .clock(clock::get)
                        .idleTimeout(Duration.ofMinutes(10))
                        .to(echo.port())
                        .start();
                Socket idle = fixture.connect();
                Socket used = fixture.connect()) {
            ConnectTest.assertEchoes(idle);
            ConnectTest.assertEchoes(used);

            advance(clock, fixture, Duration.ofMinutes(9));
            ConnectTest.assertEchoes(used);
            assertThat(fixture.relay.activeConnections()).isEqualTo(2);
            advance(clock, fixture, Duration.ofSeconds(61));

            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.IDLE_TIMEOUT);
            assertThat(report.client()).isEqualTo(RelayFixture.loopback(idle.getLocalPort()));
            assertThat(report.duration()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
            assertThatThrownBy(() -> idle.getInputStream().read()).isInstanceOf(SocketException.class);
            ConnectTest.assertEchoes(used);
            assertThat(fixture.relay.activeConnections()).isEqualTo(1);
        }
    }

    @Test
    void withoutATimeoutAConnectionMayIdleForEver() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture =
                        RelayFixture.relay().clock(clock::get).to(echo.port()).start();
                Socket client = fixture.connect()) {
            ConnectTest.assertEchoes(client);

            advance(clock, fixture, Duration.ofDays(1000));

            ConnectTest.assertEchoes(client);
        }
    }

    /** Moves the clock and sees to it that the loop has looked at it. */
    static void advance(AtomicLong clock, RelayFixture fixture, Duration by) {
        clock.addAndGet(by.toNanos());
        long before = fixture.relay.rounds();
        Waits.until(() -> {
            // Each time, because a round that is just beginning takes this wake for its own; and the second has ended
            // the first.
            fixture.relay.poke();
            return fixture.relay.rounds() >= before + 2;
        });
    }
}
