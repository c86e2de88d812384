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
    /** A process that starts beside one that serves goes last on the CPU, for 20 s at most. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process first;
    /** A file: the JDK reads no pipe further than to the end of the process that it has started. */
    private final Path output;

    private final Path pidFile;
    private final long baseId;
    private final Set<Long> seen = new ConcurrentSkipListSet<>();

    private ExecLineage(Process first, Path output, Path pidFile, long baseId) {
        this.first = first;
        this.output = output;
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
        Path output = pidFile.resolveSibling("output");
        Process first = builder.command(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ExecLineage lineage = new ExecLineage(first, output, pidFile, baseId);
        try {
            lineage.awaitLine(": ready ");
            assertThat(lineage.named()).contains(first.pid());
            return lineage;
        } catch (RuntimeException | Error e) {
            lineage.close();
            throw e;
        }
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
        await("a pid file of another process than " + old)
                .atMost(PATIENCE)
                .conditionEvaluationListener(condition -> {})
                .untilAsserted(() -> assertThat(named().filter(pid -> pid != old))
                        .as(output())
                        .isPresent());
        return named().orElseThrow();
    }

    /** The pid file names this process, and there is no other. */
    void awaitAlone(long pid) {
        await("only process " + pid)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(named()).as(output()).contains(pid));
        await("no " + oldFile()).atMost(PATIENCE).until(() -> !Files.exists(oldFile()));
    }

    /** Waits until there are so many lines with these words. */
    void awaitLines(String words, int times) {
        await("%d lines with '%s'".formatted(times, words))
                .atMost(PATIENCE)
                .conditionEvaluationListener(condition -> {})
                .untilAsserted(() -> assertThat(lines(words)).as(output()).isGreaterThanOrEqualTo(times));
    }

    void awaitLine(String words) {
        awaitLines(words, 1);
    }

    private long lines(String words) throws IOException {
        return output().lines().filter(line -> line.contains(words)).count();
    }

    String output() throws IOException {
        return Files.readString(output);
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
