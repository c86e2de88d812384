package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SpawnRequest;
import io.baton.systemtests.NotifyListener.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a service manager hears of Baton, and keeps for it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SystemdTest {
    private static final Posix POSIX = Posix.linux();

    @TempDir
    Path temp;

    private final String baseId = Long.toString(ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000));
    private NotifyListener systemd;
    private Upstream upstream;
    private int port;
    private Path config;

    @BeforeEach
    void start() throws IOException {
        systemd = new NotifyListener(temp.resolve("notify"));
        upstream = new Upstream();
        port = Configs.freePort();
        config = write("[ \"127.0.0.1:%d\" ]".formatted(upstream.port()));
    }

    private Path write(String endpoints) throws IOException {
        return Files.writeString(temp.resolve("baton.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", tcp: { cluster: origin } }
                clusters:
                  - { name: origin, endpoints: %s }
                handover: { rehearsal: 0s, drain: 5s, parent_shutdown: 10s }
                """.formatted(port, endpoints));
    }

    @AfterEach
    void stop() throws Exception {
        systemd.close();
        upstream.close();
        Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId + "0"));
    }

    @Test
    void aSupervisedServiceReloadsWithProgressAndSaysHowItEnded() throws Exception {
        Process run = notifying(Baton.builder(
                "run",
                "-c",
                config.toString(),
                "--runtime-dir",
                temp.resolve("run").toString()));
        long pid = run.pid();
        List<ProcessHandle> all = new ArrayList<>();
        try {
            systemd.await(pid, 0, message -> message.says("READY=1"));
            run.descendants().forEach(all::add);

            reload(pid, "serving; generation 1 (pid ");
            run.descendants().forEach(all::add);
            assertThat(systemd.of(pid).stream().flatMap(message -> message.lines().stream()))
                    .as("what happens meanwhile")
                    .anySatisfy(line -> assertThat(line).matches("STATUS=generation 1 .* is starting"));

            write("nonsense");
            reload(pid, "serving; the last hot restart failed: ");

            Baton.signal("TERM", pid);
            systemd.await(pid, 0, message -> message.says("STOPPING=1"));
            assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(systemd.of(pid))
                    .filteredOn(message -> message.says("STOPPING=1"))
                    .hasSize(1);
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }

    /** As systemd does it for {@code Type=notify-reload}. */
    private void reload(long pid, String expectedStatus) throws Exception {
        int before = systemd.of(pid).size();
        long notBefore = POSIX.monotonicMicros();
        Baton.signal("HUP", pid);
        Message reloading = systemd.await(pid, before, message -> message.says("RELOADING=1"));
        assertThat(Long.parseLong(reloading.value("MONOTONIC_USEC")))
                .as("systemd waits for one that is not older than its signal")
                .isBetween(notBefore, POSIX.monotonicMicros());
        int begun = systemd.of(pid).indexOf(reloading);
        Message ready = systemd.await(pid, begun + 1, message -> message.says("READY=1"));
        assertThat(ready.value("STATUS")).startsWith(expectedStatus);
    }

    @Test
    void aGenerationNamesItsSuccessorAndItsListenersOutliveACrash() throws Exception {
        Process parent = serve("0");
        Process child = null;
        long revived = 0;
        try {
            systemd.await(parent.pid(), 0, message -> message.says("READY=1"));
            await().until(() -> systemd.store().size() == 2);
            assertThat(systemd.of(parent.pid()))
                    .filteredOn(message -> message.says("FDSTORE=1"))
                    .allSatisfy(message -> assertThat(message.lines()).contains("FDPOLL=0"));

            child = serve("1");
            long successor = child.pid();
            Message begins = systemd.await(parent.pid(), 0, message -> message.says("RELOADING=1"));
            assertThat(Long.parseLong(begins.value("MONOTONIC_USEC"))).isPositive();
            Message over =
                    systemd.await(parent.pid(), 0, message -> message.lines().contains("MAINPID=" + successor));
            assertThat(over.lines()).contains("READY=1");
            assertThat(parent.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(systemd.of(parent.pid()))
                    .as("it retires, the service does not stop")
                    .noneMatch(message -> message.says("STOPPING=1"))
                    .noneMatch(message -> message.says("FDSTOREREMOVE=1"));
            systemd.await(successor, 0, message -> message.says("FDSTORE=1"));

            child.destroyForcibly().waitFor();
            Map<String, Fd> kept = systemd.store();
            assertThat(kept).hasSize(2);
            try (Upstream.Client waiting = new Upstream.Client(port)) { // nobody is there, and it is not refused
                revived = revive(kept);
                waiting.exchange();
                waiting.end();
            }
        } finally {
            parent.destroyForcibly();
            if (child != null) {
                child.destroyForcibly();
            }
            if (revived != 0) {
                ProcessHandle.of(revived).ifPresent(ProcessHandle::destroyForcibly);
                POSIX.waitFor(revived, true);
            }
        }
    }

    /** As systemd does it after a crash, with {@code LISTEN_FDS}. */
    private long revive(Map<String, Fd> kept) {
        List<String> names = List.copyOf(kept.keySet());
        Map<String, String> environment = new HashMap<>(Baton.builder().environment());
        environment.put("LISTEN_FDS", Integer.toString(kept.size()));
        environment.put("LISTEN_FDNAMES", String.join(":", names));
        environment.put("NOTIFY_SOCKET", systemd.path().toString());
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "LISTEN_PID=$$; export LISTEN_PID; exec \"$@\"", "sh"));
        command.addAll(Baton.builder(arguments("0", "--inherit", "systemd")).command());
        return POSIX.spawn(new SpawnRequest(
                "/bin/sh", command, environment, names.stream().map(kept::get).toList(), Optional.empty()));
    }

    private String[] arguments(String epoch, String... more) {
        return Stream.concat(
                        Stream.of(
                                "serve",
                                "-c",
                                config.toString(),
                                "--base-id",
                                baseId,
                                "--restart-epoch",
                                epoch,
                                "--concurrency",
                                "2",
                                "--fd-store"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private Process serve(String epoch) throws IOException {
        return notifying(Baton.builder(arguments(epoch)));
    }

    private Process notifying(ProcessBuilder builder) throws IOException {
        builder.environment().put("NOTIFY_SOCKET", systemd.path().toString());
        return builder.inheritIO().start();
    }

    @Test
    void theUnitsThatComeWithItAreGoodOnes() throws Exception {
        Foreign.SYSTEMD_ANALYZE.orSkip();
        List<String> units = new ArrayList<>(List.of("verify", "--man=no"));
        try (Stream<Path> files = Files.list(Baton.home().resolve("systemd"))) {
            for (Path file : files.toList()) {
                Path here = temp.resolve(file.getFileName());
                String text = Files.readString(file);
                Files.writeString(here, text.replace("/opt/baton", Baton.home().toString()));
                units.add(here.toString());
            }
        }
        assertThat(units).hasSize(6);
        Outcome outcome = Foreign.SYSTEMD_ANALYZE.run(units.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err().lines().filter(line -> line.contains(temp.toString())))
                .as("what a systemd older than 253 does not know")
                .allMatch(line -> line.endsWith("Failed to parse service type, ignoring: notify-reload"));
    }
}
