package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.testkit.FdCount;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A handover by a channel that the child has inherited, at an operator's pace. Both processes live in this JVM. */
class InheritedChannelTest {
    private static final int CONNECTIONS = 50;

    /** Shorter than anybody takes to look: an operator is not held to them. */
    private static final Duration SHORT = Duration.ofMillis(200);

    private final HotRestartOptions epoch0 = Lineages.fresh().with(o -> {
        o.readyTimeout = SHORT;
        o.migration = o.migration.withStallTimeout(SHORT);
    });
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final Ledger ledger = new Ledger();
    private final TestPath old = new TestPath("parent", ledger).open(CONNECTIONS);
    private final TestPath young = new TestPath("child", ledger);
    private final Posix posix = Posix.linux();

    @AfterEach
    void noConnectionEverHadTwoOwners() {
        assertThat(ledger.wrongs()).isEmpty();
        old.close();
        young.close();
    }

    private static void attach(Server server, TestPath path) {
        server.path = path;
        server.hotRestart.register((ConnectionSource) path);
        server.hotRestart.register((ConnectionRestorer) path);
    }

    private Server parent() throws HotRestartException {
        return Server.start(posix, epoch0, server -> attach(server, old));
    }

    /** A child that has come as far as its call of ready, which ends with what went wrong, if something did. */
    private record Coming(Server server, CompletableFuture<Optional<HotRestartException>> ready)
            implements AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    private Coming child(Server parent) throws HotRestartException {
        FdPair pair = posix.socketPair(SocketType.SEQPACKET);
        parent.hotRestart.expect(new StartedChild(posix.pid(), pair.first(), HandoverPace.HOLD));
        Server child = Server.join(epoch1);
        attach(child, young);
        child.hotRestart.inherit(pair.second(), true);
        child.hotRestart.shutdownParentAdmin();
        CompletableFuture<Optional<HotRestartException>> ready = CompletableFuture.supplyAsync(() -> {
            try {
                child.hotRestart.ready();
                return Optional.empty();
            } catch (HotRestartException e) {
                return Optional.of(e);
            }
        });
        await().until(parent.hotRestart::childHasGreeted);
        return new Coming(child, ready);
    }

    private void stays(String label, Server parent) {
        await().during(SHORT.multipliedBy(4))
                .untilAsserted(
                        () -> assertThat(parent.hotRestart.state().label()).isEqualTo(label));
    }

    @Test
    void connectionsMoveWhenTheOperatorSaysSoAndAreTheChildsForGoodWhenHeSaysSo() throws Exception {
        int before = FdCount.now();
        try (Server parent = parent();
                Coming child = child(parent)) {
            stays("awaiting_ready", parent);
            assertThat(ledger.ownedBy("parent")).isEqualTo(CONNECTIONS);

            parent.hotRestart.setPace(HandoverPace.MOVE);
            await().until(() -> ledger.ownedBy("child") == CONNECTIONS);
            old.open(3); // as one that could not move at once
            await().until(() -> ledger.ownedBy("child") == CONNECTIONS + 3);
            stays("migrating", parent);

            parent.hotRestart.setPace(HandoverPace.HOLD);
            stays("migrating", parent);
            old.open(2);
            parent.hotRestart.setPace(HandoverPace.COMMIT);
            assertThat(child.ready().join()).isEmpty();
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            assertThat(ledger.ownedBy("child")).isEqualTo(CONNECTIONS + 5);
        }
        old.close();
        young.close();
        assertThat(FdCount.now()).isEqualTo(before - 2 * CONNECTIONS);
    }

    @Test
    void whatHasMovedComesBackWhenTheChildIsToEnd() throws Exception {
        try (Server parent = parent()) {
            for (int time = 0; time < 2; time++) { // the same epoch can be tried again
                try (Coming child = child(parent)) {
                    parent.hotRestart.setPace(HandoverPace.MOVE);
                    await().until(() -> ledger.ownedBy("child") == CONNECTIONS);
                    parent.hotRestart.setPace(HandoverPace.HOLD);
                    assertThat(child.server().hotRestart.rollBack("by hand")).isTrue();
                    assertThat(child.ready().join()).containsInstanceOf(HotRestartException.RolledBack.class);
                }
                await().untilAsserted(() ->
                        assertThat(parent.hotRestart.state().label()).isEqualTo("serving"));
                assertThat(ledger.ownedBy("parent")).isEqualTo(CONNECTIONS);
            }
        }
    }

    @Test
    void aChildWhoseParentEndsMeanwhileServesAlone() throws Exception {
        Server parent = parent();
        try (Coming child = child(parent)) {
            parent.close();
            assertThat(child.ready().join()).isEmpty();
            assertThat(child.server().hotRestart.state().label()).isEqualTo("serving");
        }
    }
}
