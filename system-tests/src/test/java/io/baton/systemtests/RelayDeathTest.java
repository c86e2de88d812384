package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.BaseId;
import io.baton.bench.EchoLoad;
import io.baton.bench.EchoPlan;
import io.baton.bench.EchoResult;
import io.baton.bench.FailureCause;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.HandoverIncident;
import io.baton.testkit.HandoverIncident.What;
import io.baton.testkit.HandoverIncident.When;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The twin of baton-core's MigrationDeathTest and RollbackDeathTest with the real relay: streams whose bytes rest in its pipes and in
 * both sockets while the process around them is killed or stopped. Each byte that comes back is compared. Of the matrix there this has what
 * a data path can make a difference to, as each scene takes seconds: a kill on one side of each message where both come to the same, and
 * stops where one side gives the other up.
 */
@Tag("several-at-a-time")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RelayDeathTest {
    private static final int STREAMS = 4 * RelayMain.BATCH;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final HandoverIncident UNDO = new HandoverIncident(What.ROLLBACK, When.AFTER, "Accepted", 3);
    private static final AtomicLong BASE_IDS =
            new AtomicLong(ProcessHandle.current().pid() * 1000 % 100_000_000);

    @TempDir
    Path temp;

    private final BaseId baseId = new BaseId(BASE_IDS.incrementAndGet());

    /** Processes that are killed leave it behind. */
    @AfterEach
    void removeSharedMemory() throws IOException {
        Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId.value() * 10));
    }

    /** And how many streams it has taken over by then. */
    @ParameterizedTest
    @CsvSource({
        "kill-after-Hello-1, 0",
        "kill-after-Ready-1, 0",
        "kill-before-Accepted-2, 8",
        "kill-after-Accepted-2, 16",
        "kill-before-Commit-1, 32",
        "kill-after-Commit-1, 32"
    })
    void onlyWhatItHasTakenOverEndsWithTheChild(HandoverIncident death, int owned) throws Exception {
        try (Scene scene = new Scene(List.of(), List.of(death))) {
            scene.child.awaitLine("happens: " + death);
            scene.child.awaitExit();

            scene.assertCut(owned);
            assertThat(scene.parent.isAlive()).isTrue();
        }
    }

    /** And how many streams it still has by then, and nobody else. */
    @ParameterizedTest
    @CsvSource({
        "kill-after-Welcome-1, 32",
        "kill-before-Offer-2, 24",
        "kill-after-Offer-2, 16",
        "kill-after-Offer-4, 0",
        "kill-after-Exhausted-1, 0",
        "kill-after-Committed-1, 0",
        "kill-after-Bye-1, 0"
    })
    void onlyWhatItHasNotOfferedEndsWithTheParent(HandoverIncident death, int owned) throws Exception {
        try (Scene scene = new Scene(List.of(death), List.of())) {
            scene.parent.awaitLine("happens: " + death);
            scene.parent.awaitExit();
            scene.child.awaitLine("done ready");

            scene.assertCut(owned);
            assertThat(scene.child.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"stop-before-Accepted-2", "stop-after-Accepted-2"})
    void aChildThatStallsCostsNothing(HandoverIncident stop) throws Exception {
        try (Scene scene = new Scene(List.of(), List.of(stop))) {
            scene.child.awaitLine("happens: " + stop);
            scene.goOn(scene.child);
            scene.child.awaitLine("done ready");

            scene.assertCut(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"stop-before-Offer-2", "stop-after-Offer-2"})
    void aParentThatStallsCostsNothing(HandoverIncident stop) throws Exception {
        try (Scene scene = new Scene(List.of(stop), List.of())) {
            scene.parent.awaitLine("happens: " + stop);
            scene.goOn(scene.parent);
            scene.child.awaitLine("done ready");

            scene.assertCut(0);
        }
    }

    /** And how many of the 24 streams that it had taken over it has not offered by then. */
    @ParameterizedTest
    @CsvSource({
        "kill-before-Offer-1, 24",
        "kill-after-Offer-1, 16",
        "kill-after-Offer-3, 0",
        "kill-before-Bye-1, 0",
        "kill-after-Bye-1, 0"
    })
    void inARollbackOnlyWhatItHasNotOfferedEndsWithTheChild(HandoverIncident death, int owned) throws Exception {
        try (Scene scene = new Scene(List.of(), List.of(UNDO, death))) {
            scene.child.awaitLine("happens: " + death);
            scene.child.awaitExit();
            scene.parent.awaitLine("duty reopenAdmin");

            scene.assertCut(owned);
            assertThat(scene.parent.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"stop-after-Rollback-1", "stop-after-Offer-1", "stop-before-Bye-1"})
    void aChildThatStallsInARollbackCostsNothing(HandoverIncident stop) throws Exception {
        try (Scene scene = new Scene(List.of(), List.of(UNDO, stop))) {
            scene.child.awaitLine("happens: " + stop);
            scene.goOn(scene.child);
            scene.child.awaitLine("failed: rolled back");

            scene.assertCut(0);
        }
    }

    /** The child does not wait for ever; what it has offered stands still until the parent goes on. */
    @ParameterizedTest
    @CsvSource({"stop-before-Accepted-1", "stop-after-Accepted-1"})
    void aParentThatStallsInARollbackCostsNothing(HandoverIncident stop) throws Exception {
        try (Scene scene = new Scene(List.of(stop), List.of(UNDO))) {
            scene.parent.awaitLine("happens: " + stop);
            scene.child.awaitLine("failed: rolled back");
            scene.child.awaitExit();
            scene.goOn(scene.parent);
            scene.parent.awaitLine("duty reopenAdmin");

            scene.assertCut(0);
        }
    }

    /** Both generations before a slow origin, and streams through them. */
    private final class Scene implements AutoCloseable {
        final ChildJvm parent;
        final ChildJvm child;
        private final SlowEcho origin = new SlowEcho();
        private final EchoLoad load;

        Scene(List<HandoverIncident> ofParent, List<HandoverIncident> ofChild) throws IOException {
            int port = Configs.freePort();
            Path config = Configs.write(temp, port, origin.address());
            parent = RelayMain.start(config, baseId, 0, ofParent);
            load = startLoad(port);
            child = RelayMain.start(config, baseId, 1, ofChild);
        }

        private EchoLoad startLoad(int port) throws IOException {
            try {
                parent.awaitLine("done ready");
                EchoLoad started = EchoLoad.start(EchoPlan.wholeRun(Configs.loopback(port), STREAMS)
                        .withChunks(4096, Duration.ofMillis(3))
                        .withTimeout(PATIENCE));
                await().atMost(PATIENCE).until(() -> started.progress().bytesChecked() > STREAMS * 64 * 1024L);
                return started;
            } catch (RuntimeException | Error e) {
                parent.close();
                origin.close();
                throw e;
            }
        }

        /** After longer than the other side waits for an answer. */
        void goOn(ChildJvm stopped) throws IOException, InterruptedException {
            Thread.sleep(RelayMain.STALL.multipliedBy(2));
            Baton.signal("CONT", stopped.pid());
        }

        /** All others have every byte that they sent back, and the end. */
        void assertCut(int expected) {
            long before = load.progress().bytesChecked();
            if (expected < STREAMS) {
                await().atMost(PATIENCE).until(() -> load.progress().bytesChecked() > before + STREAMS * 16 * 1024L);
            }
            EchoResult result = load.stop();
            assertThat(result.failures().of(FailureCause.WRONG_BYTES))
                    .as("corrupted: %s", result.failures())
                    .isZero();
            assertThat(result.failures().of(FailureCause.TIMEOUT))
                    .as("hung: %s", result.failures())
                    .isZero();
            assertThat(result.failures().cut())
                    .as("cut: %s%n%s", result.failures(), String.join("\n", child.output()))
                    .isEqualTo(expected);
        }

        @Override
        public void close() throws IOException {
            load.close();
            child.close();
            parent.close();
            origin.close();
        }
    }
}
