package io.baton.relay;

import static io.baton.relay.MoveScene.say;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Connections that what the client says first decides, between two processes whose configs differ. */
class FirstLookMoveTest {

    @Test
    void theTimeToSayWhereToGoGoesOn() throws Exception {
        AtomicLong clock = new AtomicLong(System.nanoTime());
        try (MoveScene scene = new MoveScene(true, true, clock::get).say(" ")) {
            IdleTest.advance(clock, scene.first, MoveScene.HELLO_TIMEOUT.dividedBy(2));
            scene.move(Ferry.Between.NOTHING);
            IdleTest.advance(clock, scene.second, MoveScene.HELLO_TIMEOUT.dividedBy(2));

            assertThat(scene.second.report().outcome()).isEqualTo(ConnectionOutcome.HELLO_TIMEOUT);
            ResetTest.assertReset(scene.client());
        }
    }

    @Test
    void whatIsNotDecidedYetIsWhereAllGoToOneDestination() throws Exception {
        try (MoveScene scene = new MoveScene(true, true, System::nanoTime).say(" ");
                RelayFixture fixed =
                        RelayFixture.relay().to(scene.upstream.port()).start()) {
            assertThat(scene.ferry.moveAll(scene.first.relay, fixed.relay)).isOne();

            MovingState.stillGood(scene.heard(" "));
            ConnectionReport report = fixed.report();
            assertThat(report.destination()).contains("test");
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }

    @Test
    void aConnectionOutlivesItsDestinationsPlaceInTheConfig() throws Exception {
        try (MoveScene scene =
                        new MoveScene(true, true, System::nanoTime).say("0\n").heard("0\n");
                RelayFixture without =
                        RelayFixture.relay().routed(Duration.ofMinutes(1)).start()) {
            Waits.until(() -> scene.first.numbers().upstreamConnections() == 1);
            assertThat(scene.ferry.moveAll(scene.first.relay, without.relay)).isOne();

            MovingState.stillGood(scene);
            ConnectionReport report = without.report();
            assertThat(report.destination()).contains("0");
            assertThat(report.upstream()).contains(RelayFixture.loopback(scene.upstream.port()));
            assertThat(report.bytesUp()).isGreaterThan(2);
            assertThat(without.numbers().destinations()).containsOnlyKeys("0");
            assertThat(without.upstreams).hasValue(0);
        }
    }

    @Test
    void aConnectionThatIsConnectingHasNoOtherEndpointThanItsDestinationsOwn() throws Exception {
        try (EchoServer other = new EchoServer();
                FullBacklog silent = new FullBacklog();
                Ferry ferry = new Ferry();
                RelayFixture first = RelayFixture.relay()
                        .routed(Duration.ofMinutes(1))
                        .connectTimeout(Duration.ofMillis(300))
                        .to(other.port())
                        .to(silent.address())
                        .start();
                RelayFixture second = RelayFixture.relay()
                        .routed(Duration.ofMinutes(1))
                        .to(other.port())
                        .start();
                Socket client = first.connect()) {
            say(client, "1\n");
            Waits.until(() -> first.numbers().destinations().containsKey("1"));
            assertThat(ferry.moveAll(first.relay, second.relay)).isOne();

            assertThat(second.report().outcome()).isEqualTo(ConnectionOutcome.CONNECT_FAILED);
            ResetTest.assertReset(client);
        }
    }
}
