package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Processes of {@code baton serve --exec-upgrade} that start one another, as an operator sees them: by pid file and signals. All of them write to one output. */
final class ExecLineage implements AutoCloseable {
    static final Duration PATIENCE = BatonProcess.PATIENCE;

    private final Process first;
    private final ProcessLines lines;
    private final Path pidFile;
    private final long baseId;
    private final Set<Long> seen = new ConcurrentSkipListSet<>();

    private ExecLineage(Process first, Path pidFile, long baseId) {
        this.first = first;
        this.lines = new ProcessLines(first, _ -> {});
        this.pidFile = pidFile;
        this.baseId = baseId;
        seen.add(first.pid());
    }

    /** Starts the first process, and waits until it serves. */
    static ExecLineage start(Path launcher, Path config, Path pidFile, long baseId, String flag) throws IOException {
        ProcessBuilder builder = Baton.builder(
                "serve", flag, "-c", config.toString(), "--pid-path", pidFile.toString(), "--base-id", "" + baseId);
        List<String> command = new ArrayList<>(builder.command());
        command.set(0, launcher.toString());
        Process first = builder.command(command).redirectErrorStream(true).start();
        ExecLineage lineage = new ExecLineage(first, pidFile, baseId);
        lineage.awaitLine(": ready ");
        assertThat(lineage.named()).contains(first.pid());
        return lineage;
    }

    Path oldFile() {
        return pidFile.resolveSibling(pidFile.getFileName() + ".oldbin");
    }

    Optional<Long> named() {
        return pidIn(pidFile);
    }

    Optional<Long> oldNamed() {
        return pidIn(oldFile());
    }

    private Optional<Long> pidIn(Path file) {
        try {
            Optional<Long> pid =
                    Optional.of(Long.parseLong(Files.readString(file).strip()));
            pid.ifPresent(seen::add);
            return pid;
        } catch (IOException e) {
            return Optional.empty(); // it is being renamed, or has gone
        }
    }

    /** Sends USR2, and returns the pid of the new process once it accepts. */
    long upgrade(long old) throws IOException, InterruptedException {
        Baton.signal("USR2", old);
        return awaitSuccessor(old);
    }

    long awaitSuccessor(long old) {
        return await("a pid file of another process than " + old)
                .atMost(PATIENCE)
                .conditionEvaluationListener(condition -> {})
                .until(() -> named().filter(pid -> pid != old), Optional::isPresent)
                .orElseThrow();
    }

    /** The pid file names this process, and there is no other. */
    void awaitAlone(long pid) {
        await("only process " + pid)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(named()).as(lines.text()).contains(pid));
        await("no " + oldFile()).atMost(PATIENCE).until(() -> !Files.exists(oldFile()));
    }

    /** Waits for a line that was not there when {@code before} lines were. */
    void awaitLines(String words, int times) {
        await("%d lines with '%s'".formatted(times, words))
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(lines.text().lines().filter(line -> line.contains(words)))
                        .as(lines.text())
                        .hasSizeGreaterThanOrEqualTo(times));
    }

    String awaitLine(String words) {
        return lines.await(words, PATIENCE);
    }

    String output() {
        return lines.text();
    }

    static void awaitEnd(long pid) {
        await("the end of process " + pid).atMost(PATIENCE).until(() -> !isAlive(pid));
    }

    /** A zombie has ended, too. */
    static boolean isAlive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    /** kill -9, of all that are left. */
    @Override
    public void close() throws IOException {
        named();
        oldNamed();
        first.descendants().forEach(child -> seen.add(child.pid()));
        for (long pid : seen) {
            ProcessHandle.of(pid)
                    .filter(handle -> handle.info().commandLine().orElse("").contains(pidFile.toString()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
        Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId * 10));
    }
}
