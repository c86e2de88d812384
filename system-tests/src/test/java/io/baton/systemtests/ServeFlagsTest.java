package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flags of {@code baton serve} that change what becomes of a process. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServeFlagsTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final Duration WAITED_OUT = Duration.ofSeconds(6);

    @TempDir
    Path temp;

    private final long baseId = ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000);
    private Upstream upstream;
    private int port;
    private int admin;
    private Path config;
    private Path log;

    @BeforeEach
    void write() throws IOException {
        upstream = new Upstream();
        port = Configs.freePort();
        admin = Configs.freePort();
        log = temp.resolve("serve.log");
        config = Configs.write(
                temp,
                port,
                Configs.loopback(upstream.port()),
                "handover: { rehearsal: 0s, drain: 5s, parent_shutdown: 10s }",
                "admin: { address: \"127.0.0.1:%d\" }".formatted(admin));
    }

    @AfterEach
    void cleanUp() throws IOException {
        upstream.close();
        Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId * 10));
    }

    @Test
    void withTheParentDeathSignalItEndsWithItsLauncher() throws Exception {
        try (Launched generation = launch("--parent-death-signal")) {
            assertServes();

            generation.killLauncher();

            await().atMost(PATIENCE).until(() -> !generation.isAlive());
            assertThat(log).content().contains("SIGTERM: shutting down");
        }
    }

    @Test
    void withoutTheParentDeathSignalItOutlivesItsLauncher() throws Exception {
        try (Launched generation = launch()) {
            generation.killLauncher();

            // By then the other one would have had the signal; that it is still there shows in that it ends by ours.
            assertServes();
            Baton.signal("USR1", generation.pid());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log).content().contains("logs reopened"));
            assertServes();
            Baton.signal("TERM", generation.pid());
            await().atMost(PATIENCE).until(() -> !generation.isAlive());
        }
    }

    @Test
    void aParentWithoutConnectionsIsKeptForItsWholeTimeWhenThatIsAskedFor() throws Exception {
        String[] flags = {"--wait-out-drain-time", "--parent-shutdown-time-s", Long.toString(WAITED_OUT.toSeconds())};
        try (ServedGeneration parent = ServedGeneration.start(flags(0, flags)).awaitReady()) {
            long before = System.nanoTime();
            try (ServedGeneration child =
                    ServedGeneration.start(flags(1, flags)).awaitReady()) {
                assertThat(parent.awaitExit()).isZero();
                // Counted from before the child was started, the time cannot look longer than it was by more than a
                // start.
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(WAITED_OUT);
                assertThat(child.output()).contains("its shutdown time has come");
                assertServes();
            }
        }
    }

    @Test
    void aParentWithoutConnectionsEndsAtOnceOtherwise() throws Exception {
        String[] flags = {"--parent-shutdown-time-s", "600", "--drain-time-s", "300"};
        try (ServedGeneration parent = ServedGeneration.start(flags(0, flags)).awaitReady();
                ServedGeneration child = ServedGeneration.start(flags(1, flags)).awaitReady()) {
            assertThat(parent.awaitExit()).isZero();
            assertThat(child.output()).contains("its last connection has left");
        }
    }

    @Test
    void initOnlyGetsReadyAndEndsWithoutHavingServed() throws Exception {
        try (ServedGeneration generation = ServedGeneration.start(flags(0, "--mode", "init_only"))) {
            assertThat(generation.awaitExit()).as(generation.output()).isZero();
            assertThat(generation.output()).doesNotContain(": ready ");
        }
        // It has left nothing that would be in the way of the real one.
        try (ServedGeneration generation = ServedGeneration.start(flags(0)).awaitReady()) {
            assertThat(generation.isAlive()).isTrue();
            assertServes();
        }
    }

    @Test
    void initOnlyBesideAParentLeavesItServingWithItsAdmin() throws Exception {
        try (ServedGeneration parent = ServedGeneration.start(flags(0)).awaitReady();
                Upstream.Client stream = new Upstream.Client(port)) {
            stream.exchange();
            try (ServedGeneration trial = ServedGeneration.start(flags(1, "--mode", "init_only"))) {
                assertThat(trial.awaitExit()).as(trial.output()).isZero();
            }
            stream.exchange();
            assertServes();
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(adminIsReady()).isEqualTo(200));
            assertThat(parent.isAlive()).isTrue();
            stream.end();
            // The epoch is not used up.
            try (ServedGeneration child = ServedGeneration.start(flags(1)).awaitReady()) {
                assertThat(parent.awaitExit()).isZero();
                assertServes();
                assertThat(child.isAlive()).isTrue();
            }
        }
    }

    @Test
    void initOnlyFailsWhereServingWould() throws Exception {
        try (ServerSocket occupied = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                ServedGeneration generation = ServedGeneration.start(flags(0, "--mode", "init_only"))) {
            assertThat(occupied.isBound()).isTrue();
            assertThat(generation.awaitExit()).isEqualTo(1);
            assertThat(generation.output()).contains("EADDRINUSE").contains(Integer.toString(port));
        }
    }

    /** A generation that is the child of a shell. Its log is a file: the JDK closes the output of a process that it has killed. */
    private Launched launch(String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\" & wait", "launcher"));
        command.addAll(Baton.builder("serve", "--log-path", log.toString()).command());
        command.addAll(List.of(flags(0, flags)));
        ProcessBuilder builder = Baton.builder().command(command);
        Process launcher = builder.redirectErrorStream(true)
                .redirectOutput(temp.resolve("launcher.out").toFile())
                .start();
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log).content().contains(": ready "));
            return new Launched(launcher, launcher.children().findFirst().orElseThrow());
        } catch (RuntimeException | Error e) {
            launcher.descendants().forEach(ProcessHandle::destroyForcibly);
            launcher.destroyForcibly();
            throw e;
        }
    }

    private record Launched(Process launcher, ProcessHandle generation) implements AutoCloseable {
        long pid() {
            return generation.pid();
        }

        boolean isAlive() {
            return generation.isAlive();
        }

        /** kill -9: only the launcher. */
        void killLauncher() {
            launcher.destroyForcibly().onExit().join();
        }

        @Override
        public void close() {
            generation.destroyForcibly();
            launcher.destroyForcibly();
        }
    }

    private String[] flags(int epoch, String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "-c",
                config.toString(),
                "--base-id",
                Long.toString(baseId),
                "--restart-epoch",
                Integer.toString(epoch)));
        flags.addAll(List.of(more));
        return flags.toArray(String[]::new);
    }

    private void assertServes() throws IOException {
        try (Upstream.Client client = new Upstream.Client(port)) {
            client.exchange();
            client.end();
        }
    }

    private int adminIsReady() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/ready".formatted(admin)))
                                    .timeout(Duration.ofSeconds(2))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
