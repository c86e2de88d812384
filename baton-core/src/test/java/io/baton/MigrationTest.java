package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections move between generations. All live in this JVM; {@link MigrationDeathTest} has the promises that need real processes. */
class MigrationTest {
    private final HotRestartOptions epoch0 = Lineages.fresh().with(o -> o.statsInterval = Duration.ofSeconds(5));
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final HotRestartOptions epoch2 = Lineages.next(epoch1);
    private final Ledger ledger = new Ledger();
    private final List<TestPath> paths = new ArrayList<>();

    @AfterEach
    void noConnectionEverHadTwoOwners() {
        assertThat(ledger.wrongs()).isEmpty();
        paths.forEach(TestPath::close);
    }

    private TestPath path(String side) {
        TestPath path = new TestPath(side, ledger);
        paths.add(path);
        return path;
    }

    private static Server start(HotRestartOptions options, TestPath path) throws HotRestartException {
        return start(Posix.linux(), options, path);
    }

    private static Server start(Posix posix, HotRestartOptions options, TestPath path) throws HotRestartException {
        return Server.start(posix, options, server -> attach(server, path));
    }

    private static void attach(Server server, TestPath path) {
        server.path = path;
        server.hotRestart.register((ConnectionSource) path);
        server.hotRestart.register((ConnectionRestorer) path);
    }

    @Test
    void everyConnectionMovesAndTheOldProcessEndsAtOnce() throws Exception {
        int before = FdCount.now();
        try (Server parent = start(epoch0, path("parent").open(500))) {
            try (Server child = start(epoch1, path("child"))) {
                assertThat(ledger.ownedBy("child")).isEqualTo(500);
                long ready = System.nanoTime();
                await().untilAsserted(() ->
                        assertThat(parent.duties).containsExactly("closeAdmin", "drainListeners", "terminate"));
                assertThat(Duration.ofNanos(System.nanoTime() - ready))
                        .as("without waiting for the next poll of its stats")
                        .isLessThan(Duration.ofSeconds(2));
                MigrationReport report = child.hotRestart.migration();
                assertThat(report.adopted()).isEqualTo(500);
                assertThat(report.expected()).isEqualTo(500);
                assertThat(report.pauseMedian()).isPositive();
                assertThat(report.pauseMax()).isGreaterThanOrEqualTo(report.pause99());
                assertThat(child.stats.counters()).containsEntry("baton.connections_migrated.test", 500L);
            }
            paths.forEach(TestPath::close);
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Test
    void tenHandoversInARowKeepEveryConnection() throws Exception {
        HotRestartOptions options = epoch0;
        Server serving = start(options, path("0").open(100));
        try {
            for (int i = 1; i <= 10; i++) {
                options = Lineages.next(options);
                Server next = start(options, path(Integer.toString(i)));
                Server left = serving;
                serving = next;
                await().untilAsserted(() -> assertThat(left.duties).endsWith("terminate"));
                left.close();
                assertThat(ledger.ownedBy(Integer.toString(i))).isEqualTo(100);
            }
        } finally {
            serving.close();
        }
    }

    /** Remembers what it was given. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Keepsake(String name, byte[] gives, List<byte[]> taken) implements Heirloom {
        static Keepsake of(String name, int... gives) {
            byte[] bytes = new byte[gives.length];
            for (int i = 0; i < gives.length; i++) {
                bytes[i] = (byte) gives[i];
            }
            return new Keepsake(name, bytes, new java.util.concurrent.CopyOnWriteArrayList<>());
        }

        @Override
        public byte[] give() {
            return gives;
        }

        @Override
        public void take(byte[] bytes) {
            if (bytes[0] == 0) {
                throw new IllegalArgumentException("of no use");
            }
            taken.add(bytes);
        }
    }

    @Test
    void whatTheParentLeavesTheChildHasBeforeItIsReady() throws Exception {
        Keepsake left = Keepsake.of("keys", 1, 2, 3);
        Keepsake got = Keepsake.of("keys", 9);
        Keepsake useless = Keepsake.of("other", 5);
        try (Server parent = Server.start(Posix.linux(), epoch0, server -> {
                    attach(server, path("parent").open(1));
                    server.hotRestart.register(left);
                    server.hotRestart.register(Keepsake.of("other", 0));
                    server.hotRestart.register(new Keepsake("large", new byte[Heirloom.MAX_BYTES + 1], List.of()));
                    server.hotRestart.register(Keepsake.of("unknown to the child", 1));
                });
                Server child = Server.start(Posix.linux(), epoch1, server -> {
                    attach(server, path("child"));
                    server.hotRestart.register(got);
                    server.hotRestart.register(useless);
                })) {
            assertThat(got.taken()).containsExactly(new byte[] {1, 2, 3});
            assertThat(useless.taken()).isEmpty();
            assertThat(left.taken()).isEmpty();
            assertThat(child.hotRestart.migration().adopted()).isOne();
            assertThatThrownBy(() -> parent.hotRestart.register(Keepsake.of("late", 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("heirloom late comes after ready()");
        }
    }

    @Test
    void statesGoThroughMigratingToDraining() throws Exception {
        List<String> states = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (Server parent = Server.start(
                        Posix.linux(),
                        epoch0,
                        server -> attach(server, path("parent").open(10)),
                        states);
                Server child = start(epoch1, path("child"))) {
            await().untilAsserted(() -> assertThat(states)
                    .containsExactly("serving", "awaiting_ready", "migrating", "draining", "terminated"));
            assertThat(parent.hotRestart.state().label()).isEqualTo("terminated");
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
        }
    }

    @Test
    void withoutMigrationOnEitherSideConnectionsStayAndDrain() throws Exception {
        for (boolean parentMigrates : List.of(true, false)) {
            HotRestartOptions lineage = Lineages.fresh();
            Ledger own = new Ledger();
            HotRestartOptions parents = lineage.with(o -> o.migration = o.migration.withEnabled(parentMigrates));
            HotRestartOptions childs =
                    Lineages.next(lineage).with(o -> o.migration = o.migration.withEnabled(!parentMigrates));
            try (TestPath parentPath = new TestPath("parent", own).open(5);
                    TestPath childPath = new TestPath("child", own);
                    Server parent = start(parents, parentPath);
                    Server child = start(childs, childPath)) {
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("drainListeners"));
                assertThat(own.ownedBy("parent")).isEqualTo(5);
                assertThat(child.hotRestart.migration().adopted()).isZero();
                parentPath.vanish();
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            }
        }
    }

    @Test
    void whatBecomesMovableAfterTheCommitMovesThen() throws Exception {
        try (Server parent = start(epoch0, path("parent").open(5))) {
            parent.connections.set(1); // one that cannot move yet
            try (Server child = start(epoch1, path("child"))) {
                assertThat(ledger.ownedBy("child")).isEqualTo(5);
                assertThat(parent.duties).endsWith("drainListeners");
                paths.getFirst().open(1);
                parent.connections.set(0);

                await().untilAsserted(() -> assertThat(ledger.ownedBy("child")).isEqualTo(6));
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.migration().drained()).isZero();
            }
        }
    }

    @Test
    void connectionsThatLeaveByThemselvesAreCountedAsDrained() throws Exception {
        try (Server parent = start(epoch0, path("parent").open(2))) {
            parent.connections.set(3);
            try (Server child = start(epoch1, path("child"))) {
                parent.connections.set(0);
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.migration().drained()).isEqualTo(3);
                assertThat(parent.hotRestart.migration().stayed()).isEqualTo(3);
            }
        }
    }

    @Test
    void whatHasMovedAndIsNotClosedHereYetIsNotCountedAsDrained() throws Exception {
        TestPath parents = path("parent").open(32);
        parents.letsGo = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
        try (Server parent = start(epoch0, parents);
                Server child = start(epoch1, path("child"))) {
            assertThat(ledger.ownedBy("child")).isEqualTo(32);
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            assertThat(child.hotRestart.migration().drained()).isZero();
            assertThat(parent.hotRestart.migration().stayed()).isZero();
        }
    }

    @Test
    void aRefusedConnectionStaysWithItsParentAndTheOthersMove() throws Exception {
        TestPath childs = path("child");
        childs.refusing = id -> id == 3;
        try (Server parent = start(epoch0, path("parent").open(10));
                Server child = start(epoch1, childs)) {
            assertThat(ledger.ownedBy("child")).isEqualTo(9);
            await().untilAsserted(() -> assertThat(ledger.ownedBy("parent")).isEqualTo(1));
            assertThat(parent.duties).doesNotContain("terminate");
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
        }
    }

    @Test
    void aRollbackBeforeTheCommitGivesEverythingBackAndTheSameEpochCanBeTriedAgain() throws Exception {
        HotRestartOptions slow = epoch0.with(o -> o.migration = o.migration.withRatePerSecond(100));
        int before = FdCount.now();
        try (Server parent = start(slow, path("parent").open(200))) {
            Server child = Server.join(epoch1);
            attach(child, path("child"));
            child.hotRestart.shutdownParentAdmin();
            CompletableFuture<Throwable> ready = CompletableFuture.supplyAsync(() -> {
                try {
                    child.hotRestart.ready();
                    return new AssertionError("it was not undone");
                } catch (HotRestartException e) {
                    return e;
                }
            });
            await().until(() -> ledger.ownedBy("child") >= 20);
            assertThat(parent.hotRestart.state().label()).isEqualTo("migrating");
            assertThat(child.hotRestart.rollBack("by hand")).isTrue();

            assertThat(ready.get())
                    .isInstanceOf(HotRestartException.RolledBack.class)
                    .hasMessage("rolled back: by hand");
            child.close();
            await().untilAsserted(() -> assertThat(ledger.ownedBy("parent")).isEqualTo(200));
            await().untilAsserted(
                            () -> assertThat(parent.hotRestart.state().label()).isEqualTo("serving"));
            assertThat(parent.duties)
                    .containsSubsequence("closeAdmin", "reopenAdmin")
                    .doesNotContain("drainListeners");
            assertThat(child.duties).containsExactly("drainListeners");
        }
        paths.forEach(TestPath::close);
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Test
    void afterTheCommitARollbackIsRefused() throws Exception {
        try (Server parent = start(epoch0, path("parent").open(3));
                Server child = start(epoch1, path("child"))) {
            assertThat(child.hotRestart.rollBack("too late")).isFalse();
            assertThat(parent.hotRestart.rollBack("no parent")).isFalse();
        }
    }

    @Test
    void aChannelThatBreaksCostsNoConnection() throws Exception {
        FaultyPosix faulty = new FaultyPosix(Posix.linux());
        HotRestartOptions slow = epoch0.with(o -> o.migration = o.migration.withRatePerSecond(200));
        try (Server parent = start(slow, path("parent").open(100))) {
            parent.connections.set(1); // so that it stays
            faulty.fail(
                    "receiveMessage", Errno.EMSGSIZE, 1, call -> ledger.ownedBy("child") > 20 && call.contains(253));
            try (Server child = start(faulty.posix(), epoch1, path("child"))) {
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("drainListeners"));
                assertThat(ledger.ownedBy("child")).isPositive();
                await().untilAsserted(() -> assertThat(ledger.ownedBy("child") + ledger.ownedBy("parent"))
                        .isEqualTo(100));
            }
        }
    }

    @Test
    void aSecondChildIsRefusedWhileTheFirstTakesOver() throws Exception {
        HotRestartOptions slow = epoch0.with(o -> o.migration = o.migration.withRatePerSecond(50));
        try (Server parent = start(slow, path("parent").open(1000))) {
            Server child = Server.join(epoch1);
            attach(child, path("child"));
            child.hotRestart.shutdownParentAdmin();
            CompletableFuture<Void> ready = CompletableFuture.runAsync(() ->
                    assertThatThrownBy(child.hotRestart::ready).isInstanceOf(HotRestartException.RolledBack.class));
            await().until(() -> parent.hotRestart.state().label().equals("migrating"));
            assertThatThrownBy(() -> Server.join(epoch1)).isInstanceOf(HotRestartException.class);
            assertThatThrownBy(() -> Server.join(epoch2)).isInstanceOf(HotRestartException.class);
            child.hotRestart.rollBack("test");
            ready.get();
            child.close();
        }
    }
}
