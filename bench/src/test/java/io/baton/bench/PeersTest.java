package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That a peer is measured as it would be used wants a peer that runs: its configuration is accepted, and it reloads. */
class PeersTest {
    static Stream<Arguments> peers() {
        return Stream.of(
                Arguments.of(new Nginx(Protocol.TCP), Protocol.TCP),
                Arguments.of(new Nginx(Protocol.HTTP), Protocol.HTTP),
                Arguments.of(new Haproxy(Haproxy.Variant.PLAIN), Protocol.TCP),
                Arguments.of(new Haproxy(Haproxy.Variant.SPLICE), Protocol.HTTP),
                Arguments.of(new Haproxy(Haproxy.Variant.IDLE_CLOSE), Protocol.HTTP));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("peers")
    void servesAndReloadsWithoutFailingNewConnections(Peer peer, Protocol protocol) throws Exception {
        peer.missing().ifPresent(why -> Assumptions.abort("SKIPPED: " + peer.name() + ": " + why));
        try (Scene scene = new Scene("test")) {
            HttpOrigin origin = scene.add(HttpOrigin.start());
            Bulk bulk = scene.add(Bulk.start(protocol, 10_000_000));
            Route web = new Route("web", protocol, Loopback.freePort(), origin.address());
            Route large = new Route("bulk", protocol, Loopback.freePort(), bulk.address());
            RunningPeer running = peer.start(List.of(web, large), scene);
            assertThat(bulk.receive(large.listen(), false)).isPositive();
            try (HttpLoad load = HttpLoad.start(HttpPlan.newConnections(web.listen(), 100))) {
                Restart restart = running.restart();
                assertThat(restart.awaitGone(Duration.ofSeconds(30)))
                        .as("the old process goes when its connections have ended")
                        .isTrue();
                assertThat(load.stop().failures()).isEqualTo(Failures.NONE);
            }
        }
    }
}
