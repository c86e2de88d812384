package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** The order of events between two generations. Both live in this JVM; {@link DeathTest} has the ones that need real processes. */
class HandoverTest {
    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);

    @Test
    void aDrainedParentEndsAndTheChildServes() throws Exception {
        try (Server parent = Server.start(epoch0);
                Server child = Server.start(epoch1)) {
            await().untilAsserted(() ->
                    assertThat(parent.duties).containsExactly("closeAdmin", "drainListeners", "terminate"));
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            assertThat(parent.hotRestart.state().label()).isEqualTo("terminated");
        }
    }

    @Test
    void aListenerCrossesWithItsQueue() throws Exception {
        ListenSpec any = new ListenSpec(
                new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0), SocketType.STREAM, 0, true, 16);
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket listener = parent.hotRestart.listeners().listen(any);
            listener.activate();
            ListenSpec same = new ListenSpec(listener.boundAddress(), SocketType.STREAM, 0, true, 16);
            Server.join(epoch1).close();
            try (Server child = Server.join(epoch1)) {
                assertThat(child.hotRestart.listeners().listen(same).inherited())
                        .isTrue();
            }
        }
    }
}
