package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a lineage that is restarted all day leaves behind: nothing. */
@Timeout(value = 480, unit = TimeUnit.SECONDS)
class FiftyRestartsTest {
    private static final int ROUNDS = 5;
    private static final int RESTARTS_A_ROUND = 10;
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final Pattern BASE_ID = Pattern.compile("\"base_id\":(\\d+)");

    @TempDir
    Path temp;

    /** What is counted after each round, at the same point: one generation, no connection, no order under way. */
    private record Possessions(OpenFiles supervisor, OpenFiles generation, int sockets, int files) {}

    @Test
    void fiftyRestartsUnderLoadLoseNothingAndLeaveNothing() throws Exception {
        Path directory = temp.resolve("r");
        int port = Configs.freePort();
        List<Possessions> rounds = new ArrayList<>();
        long baseId;
        try (HttpOrigin origin = HttpOrigin.start();
                BatonProcess baton =
                        BatonProcess.run(directory, "-c", config(port, origin).toString())) {
            baseId = baseId(baton);
            for (int round = 0; round < ROUNDS; round++) {
                restartUnderLoad(baton, port, round * RESTARTS_A_ROUND);
                rounds.add(atRest(baton, directory, port));
            }
            assertThat(baseId(baton)).as("one lineage").isEqualTo(baseId);
            assertThat(baton.order("stop").code()).isZero();
            assertThat(baton.awaitExit()).isZero();
        }
        for (Possessions round : rounds) {
            assertThat(round.supervisor().total())
                    .as("the supervisor's open files after each ten restarts: %s", rounds)
                    .isLessThanOrEqualTo(rounds.getFirst().supervisor().total());
            assertThat(round.generation().total())
                    .as("each tenth generation's open files: %s", rounds)
                    .isLessThanOrEqualTo(rounds.getFirst().generation().total());
            assertThat(round.sockets())
                    .as("sockets with a path: %s", rounds)
                    .isEqualTo(rounds.getFirst().sockets());
            assertThat(round.files())
                    .as("files in the directory: %s", rounds)
                    .isEqualTo(rounds.getFirst().files());
        }
        assertThat(Leftovers.processes(directory)).as("processes").isEmpty();
        assertThat(Leftovers.sockets(directory)).as("sockets").isEmpty();
        assertThat(Leftovers.files(directory)).containsExactly("baton.lock", "journal.jsonl");
        assertThat(sharedMemory(baseId)).doesNotExist();
    }

    /** With an idle timeout: the load's client ends at times without having closed all its connections, as the kernel's list shows. */
    private Path config(int port, HttpOrigin origin) throws IOException {
        Path config = Configs.write(
                temp, port, origin.address(), "handover: { rehearsal: 0s, drain: 10s, parent_shutdown: 20s }");
        return Files.writeString(
                config, Files.readString(config).replace("cluster: origin }", "cluster: origin, idle_timeout: 5s }"));
    }

    private static void restartUnderLoad(BatonProcess baton, int port, int before) throws Exception {
        HttpResult result;
        try (HttpLoad fresh = HttpLoad.start(
                        HttpPlan.newConnections(Configs.loopback(port), 100).withTimeout(PATIENCE));
                HttpLoad kept = HttpLoad.start(HttpPlan.kept(Configs.loopback(port), 10, 50)
                        .withRetirement(10, Duration.ofMillis(300))
                        .withTimeout(PATIENCE))) {
            for (int epoch = before + 1; epoch < before + RESTARTS_A_ROUND; epoch++) {
                baton.hangUp(epoch);
            }
            baton.upgrade();
            result = fresh.stop().plus(kept.stop());
        }
        assertThat(result.failures().total())
                .as("failed requests: %s", result.failures())
                .isZero();
        assertThat(result.isClean()).isTrue();
        assertThat(result.answered()).isGreaterThan(RESTARTS_A_ROUND * 10);
        assertThat(baton.serving().epoch()).isEqualTo(before + RESTARTS_A_ROUND);
    }

    private static Possessions atRest(BatonProcess baton, Path directory, int port) throws Exception {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(baton.generations())
                        .as(() -> "what is open: %s".formatted(String.join("\n", Leftovers.connections(port))))
                        .singleElement()
                        .extracting(BatonProcess.Generation::connections)
                        .isEqualTo(0));
        long generation = baton.serving().pid();
        // The launcher's shell is the generation itself: it execs.
        assertThat(Leftovers.processes(directory)).containsExactlyInAnyOrder(baton.pid(), generation);
        assertThat(sharedMemory(baseId(baton))).exists();
        return new Possessions(
                OpenFiles.atRest(baton.pid()),
                OpenFiles.atRest(generation),
                Leftovers.sockets(directory).size(),
                Leftovers.files(directory).size());
    }

    private static long baseId(BatonProcess baton) throws IOException, InterruptedException {
        Matcher found = BASE_ID.matcher(baton.status());
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1));
    }

    private static Path sharedMemory(long baseId) {
        return Path.of("/dev/shm/envoy_shared_memory_" + baseId * 10);
    }
}
