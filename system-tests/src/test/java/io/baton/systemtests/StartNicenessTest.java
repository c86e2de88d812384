package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That what a new process burns before it is ready does not slow the old one down, and that it gets its full share afterwards. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StartNicenessTest {
    private static final int LATER = 10;
    private static final int COMPILER_LATER = 5;

    @TempDir
    Path temp;

    @Test
    void aStartingChildGoesLastOnTheCpuAndAReadyOneDoesNot() throws Exception {
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                .as("SKIPPED: only root may lower a nice value for sure")
                .isEqualTo(0);
        try (Upstream upstream = new Upstream()) {
            int port = Configs.freePort();
            Path config = Configs.write(
                    temp,
                    port,
                    Configs.loopback(upstream.port()),
                    "handover: { rehearsal: 5s, drain: 5s, parent_shutdown: 10s }");
            try (BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", config.toString())) {
                long old = baton.serving().pid();
                int usual = nice(mainThread(old));
                String group = autogroup(old);
                Process upgrade = baton.orderAside("upgrade");
                long child = baton.awaitStarting(upgrade, 1);

                await().atMost(BatonProcess.PATIENCE).untilAsserted(() -> {
                    assertThat(threads(child))
                            .hasSizeGreaterThan(10)
                            .allSatisfy(thread -> assertThat(nice(thread)).isEqualTo(usual + LATER));
                    assertThat(autogroup(child)).isEqualTo(group.isEmpty() ? "" : Integer.toString(LATER));
                });

                assertThat(upgrade.waitFor()).isZero();
                assertThat(threads(child))
                        .allSatisfy(thread -> assertThat(nice(thread))
                                .as(thread)
                                .isEqualTo(usual + (thread.contains(" Compiler") ? COMPILER_LATER : 0)));
                assertThat(autogroup(child)).isEqualTo(group);
            }
        }
    }

    private static String mainThread(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    }

    /** The stat lines of all threads; those that end meanwhile are left out. */
    private static List<String> threads(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.flatMap(task -> {
                        try {
                            return Stream.of(Files.readString(task.resolve("stat")));
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .toList();
        }
    }

    /** Field 19 of proc(5)'s stat. */
    private static int nice(String stat) {
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }

    /** Its nice value; empty where the kernel makes no such groups. */
    private static String autogroup(long pid) throws IOException {
        Path file = Path.of("/proc", Long.toString(pid), "autogroup");
        return Files.exists(file) ? Files.readString(file).strip().replaceAll(".* nice ", "") : "";
    }
}
