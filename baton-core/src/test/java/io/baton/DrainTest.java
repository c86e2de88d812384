package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How a process ends that drains, with a child and without one. */
class DrainTest {
    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);

    @Test
    void drainWithoutAChildEndsWithTheLastConnection() throws Exception {
        try (Server server = Server.start(epoch0)) {
            server.connections.set(1);
            server.hotRestart.drain();
            await().untilAsserted(() -> assertThat(server.duties).containsExactly("drainListeners"));
            assertThat(server.stats.gauges()).containsEntry("server.live", 0L);
            server.connections.set(0);
            await().untilAsserted(() -> assertThat(server.duties).containsExactly("drainListeners", "terminate"));
        }
    }

    @Test
    void aParentThatDrainsByItselfClosesItsAdminForAChildThatComes() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(1);
            parent.hotRestart.drain();
            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("drainListeners"));
            try (Server child = Server.start(epoch1)) {
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
                assertThat(parent.duties).containsExactly("drainListeners", "closeAdmin");
            }
        }
    }

    @Test
    void drainWithoutAChildEndsAtTheLatestAfterTheDrainTime() throws Exception {
        try (Server server = Server.start(epoch0.with(o -> o.drainTime = Duration.ofMillis(200)))) {
            server.connections.set(1);
            server.hotRestart.drain();
            await().untilAsserted(() -> assertThat(server.duties).containsExactly("drainListeners", "terminate"));
        }
    }

    @Test
    void aDrainingParentWhoseChildLeavesEndsItself() throws Exception {
        try (Server parent = Server.start(epoch0.with(o -> o.drainTime = Duration.ofSeconds(1)))) {
            parent.connections.set(1);
            Server child = Server.join(epoch1);
            child.hotRestart.shutdownParentAdmin();
            child.hotRestart.ready();
            await().untilAsserted(
                            () -> assertThat(parent.hotRestart.state().label()).isEqualTo("draining"));
            child.close(); // sends Terminate, as Envoy's does
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
        }
    }

    @Test
    void aChildThatEndsByItsOwnDrainLeavesADrainingParentItsConnections() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(1);
            try (Server child = Server.start(epoch1)) {
                await().until(() -> parent.hotRestart.state().label().equals("draining"));
                child.hotRestart.drain();
                await().untilAsserted(() -> assertThat(child.duties).endsWith("terminate"));
            }
            await().untilAsserted(() -> assertThat(parent.hotRestart.state())
                    .isEqualTo(new HotRestartState.Draining(epoch0.epoch(), OptionalLong.empty())));
            assertThat(parent.duties).doesNotContain("terminate");

            parent.connections.set(0);
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
        }
    }
}
