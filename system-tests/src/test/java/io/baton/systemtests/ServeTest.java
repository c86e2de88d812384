package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code baton serve} under Envoy's flags: one generation at a time, started as Envoy's launcher starts Envoy. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServeTest {
    private static final String SHORT_REHEARSAL = "handover: { rehearsal: 100ms, drain: 5s, parent_shutdown: 10s }";
    private static final int VERSION_OFFSET = 8;

    @TempDir
    Path temp;

    private final long baseId = ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000);
    private HttpOrigin origin;
    private int port;
    private Path config;

    @BeforeEach
    void write() throws IOException {
        origin = HttpOrigin.start();
        port = Configs.freePort();
        config = Configs.write(temp, port, origin.address(), SHORT_REHEARSAL);
    }

    @AfterEach
    void cleanUp() throws IOException {
        origin.close();
        Files.deleteIfExists(sharedMemory());
    }

    @Test
    void aLauncherThatOnlyKnowsTheEpochDrivesIt() throws Exception {
        try (ServedGeneration first = epoch(0).awaitReady();
                HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 200))) {
            await().until(() -> load.progress().answered() > 50);
            try (ServedGeneration second = epoch(1).awaitReady()) {
                assertThat(first.awaitExit()).isZero();
                long before = load.progress().answered();
                await().until(() -> load.progress().answered() > before + 50);
                HttpResult result = load.stop();
                assertThat(result.isClean()).as("%s", result.failures()).isTrue();
                Baton.signal("TERM", second.pid());
                assertThat(second.awaitExit()).isZero();
            }
        }
    }

    @Test
    void withADeadParentTheSkipFlagStartsColdAndKeepsTheEpoch() throws Exception {
        try (ServedGeneration parent = epoch(0).awaitReady()) {
            assertThat(parent.isAlive()).isTrue();
        } // kill -9
        try (ServedGeneration child =
                epoch(1, "--skip-hot-restart-on-no-parent").awaitReady()) {
            assertThat(child.output()).contains("epoch 1: starting -> serving");
            assertServes();
        }
    }

    @Test
    void anotherVersionOfTheSharedMemoryEndsTheChildAndHarmsNobody() throws Exception {
        try (ServedGeneration parent = epoch(0).awaitReady()) {
            try (FileChannel memory = FileChannel.open(sharedMemory(), StandardOpenOption.WRITE)) {
                ByteBuffer version = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
                memory.write(version.putLong(0, 10), VERSION_OFFSET);
            }
            try (ServedGeneration child = epoch(1)) {
                assertThat(child.awaitExit()).isEqualTo(1);
                assertThat(child.output())
                        .contains("Hot restart SharedMemory version mismatch (10, expected 11)! You must have hot "
                                + "restarted into a not-hot-restart-compatible new version")
                        .doesNotContain("\tat ");
            }
            assertThat(parent.isAlive()).isTrue();
            assertServes();
        }
    }

    @Test
    void aSecondStarterOfAnEpochIsToldTheAddressIsInUse() throws Exception {
        try (ServedGeneration first = epoch(0).awaitReady();
                ServedGeneration second = epoch(0)) {
            assertThat(second.awaitExit()).isEqualTo(1);
            assertThat(second.output())
                    .contains("unable to bind domain socket with base_id=" + baseId)
                    .contains("see --base-id option");
            assertThat(first.isAlive()).isTrue();
            assertServes();
        }
    }

    @Test
    void aChildIsRefusedWhileAnotherOneIsInitializing() throws Exception {
        try (ServedGeneration parent = epoch(0).awaitReady();
                ServedGeneration slow = epoch(1, "-c", slowToRehearse().toString())) {
            await().until(() -> initializingFlag() == 1);
            // The third of the lineage comes while the second is not ready. Its names are free, the flag is not.
            try (ServedGeneration hasty = epoch(2)) {
                assertThat(hasty.awaitExit()).isEqualTo(1);
                assertThat(hasty.output()).contains("previous envoy process is still initializing");
            }
            slow.awaitReady();
            assertThat(parent.awaitExit()).isZero();
            assertServes();
        }
    }

    private ServedGeneration epoch(int epoch, String... more) throws IOException {
        List<String> arguments = new ArrayList<>();
        if (!Arrays.asList(more).contains("-c")) {
            arguments.addAll(List.of("-c", config.toString()));
        }
        arguments.addAll(List.of("--base-id", Long.toString(baseId), "--restart-epoch", Integer.toString(epoch)));
        arguments.addAll(List.of(more));
        return ServedGeneration.start(arguments.toArray(String[]::new));
    }

    private Path slowToRehearse() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("slow"));
        return Configs.write(
                directory, port, origin.address(), "handover: { rehearsal: 8s, drain: 5s, parent_shutdown: 10s }");
    }

    private void assertServes() throws Exception {
        try (HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 100))) {
            await().until(() -> load.progress().answered() > 20);
            HttpResult result = load.stop();
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
        }
    }

    private Path sharedMemory() {
        return Path.of("/dev/shm/envoy_shared_memory_" + baseId * 10);
    }

    /** Bit 0 of the last word of Envoy's layout. */
    private long initializingFlag() throws IOException {
        try (FileChannel memory = FileChannel.open(sharedMemory(), StandardOpenOption.READ)) {
            ByteBuffer flags = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
            memory.read(flags, memory.size() - 8);
            return flags.getLong(0) & 1;
        }
    }
}
