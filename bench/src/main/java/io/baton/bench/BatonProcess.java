package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code baton run} and the commands a user gives it, all as processes of their own. What is known of it is what it says on
 * its output and what /proc shows. Thread-safe. {@link #close()} leaves no process behind, whatever state it is in.
 */
final class BatonProcess implements AutoCloseable {
    /** A generation that serves: seen when {@code baton run} said so. */
    record Generation(int epoch, long pid, long spawnedNanos, long readyNanos) {
        double spawnToReadyMs() {
            return (readyNanos - spawnedNanos) / 1e6;
        }
    }

    private static final Pattern SERVES = Pattern.compile("generation (\\d+) \\(pid (\\d+)\\) serves");
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final Duration UPGRADE_DEADLINE = Duration.ofMinutes(2);
    private static final Duration COMMAND_DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_OUTPUT_LINES = 200;

    private final Distribution distribution;
    private final Path runtimeDirectory;
    private final Process process;
    private final Map<Integer, Generation> generations = new LinkedHashMap<>();
    private final Deque<String> lastOutput = new ArrayDeque<>();
    private final Set<Long> everSeen = new ConcurrentSkipListSet<>();
    private final MovingLog moving = new MovingLog();
    private @Nullable Generation newest;

    private BatonProcess(Distribution distribution, Path directory, Path config) throws BenchException {
        this.distribution = distribution;
        this.runtimeDirectory = directory.resolve("run");
        this.process = Command.start(List.of(
                distribution.launcher().toString(),
                "run",
                "-c",
                config.toString(),
                "--runtime-dir",
                runtimeDirectory.toString()));
        everSeen.add(process.pid());
        Command.readLines(process, this::onLine);
    }

    /**
     * Starts it and waits until its first generation serves.
     *
     * @param directory for its runtime directory; the caller deletes it
     * @param scene closes it in the end, also when the start fails
     */
    static BatonProcess start(Distribution distribution, Path directory, Path config, Scene scene)
            throws BenchException {
        BatonProcess baton = scene.add(new BatonProcess(distribution, directory, config));
        baton.await(0, START_DEADLINE);
        return baton;
    }

    private synchronized void onLine(String line) {
        long now = System.nanoTime();
        if (lastOutput.size() == MAX_OUTPUT_LINES) {
            lastOutput.removeFirst();
        }
        lastOutput.addLast(line);
        moving.accept(line);
        Matcher serves = SERVES.matcher(line);
        if (serves.find()) {
            int epoch = Integer.parseInt(serves.group(1));
            long pid = Long.parseLong(serves.group(2));
            newest = new Generation(epoch, pid, ProcFs.startNanos(pid).orElse(now), now);
            generations.put(epoch, newest);
            everSeen.add(pid);
            notifyAll();
        }
    }

    private synchronized Generation await(int epoch, Duration atMost) throws BenchException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Generation found = generations.get(epoch);
        while (found == null) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMs <= 0 || !process.isAlive()) {
                throw new BenchException("baton run %s before generation %d served; it said:%n%s"
                        .formatted(process.isAlive() ? "took too long" : "ended", epoch, output()));
            }
            try {
                wait(Math.min(leftMs, 100));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BenchException("interrupted while Baton started", e);
            }
            found = generations.get(epoch);
        }
        return found;
    }

    /** The generation that serves. */
    synchronized Generation newest() {
        if (newest == null) {
            throw new IllegalStateException("no generation has served yet");
        }
        return newest;
    }

    /** When connections moved, as the log of the generations says. */
    MovingLog moving() {
        return moving;
    }

    /**
     * {@code baton upgrade}: returns when it does.
     *
     * @param onLine is given what the command says
     * @throws BenchException when it refuses or fails, with its reason
     */
    Restart upgrade(Consumer<String> onLine) throws BenchException {
        Generation old = newest();
        long asked = System.nanoTime();
        Command.Result result = command(UPGRADE_DEADLINE, onLine, "upgrade");
        long done = System.nanoTime();
        everSeen.addAll(ProcFs.descendants(process.pid()));
        if (result.exitCode() != 0) {
            throw new BenchException("baton upgrade exited with %d: %s%nbaton run said:%n%s"
                    .formatted(result.exitCode(), result.text(), output()));
        }
        Generation fresh = await(old.epoch() + 1, Duration.ofSeconds(2));
        return new Restart(
                asked, fresh.spawnedNanos(), fresh.readyNanos(), done, GoneWatch.whenGone(Set.of(old.pid())));
    }

    /** {@code baton status --json}, as it is. */
    String statusJson() throws BenchException {
        Command.Result result = command(COMMAND_DEADLINE, _ -> {}, "status", "--json");
        if (result.exitCode() != 0) {
            throw new BenchException("baton status exited with %d: %s".formatted(result.exitCode(), result.text()));
        }
        return result.text();
    }

    /** {@code baton stop}: returns when every process has ended. */
    void stop() throws BenchException {
        everSeen.addAll(ProcFs.descendants(process.pid()));
        Command.Result result = command(COMMAND_DEADLINE, _ -> {}, "stop");
        if (result.exitCode() != 0) {
            throw new BenchException("baton stop exited with %d: %s".formatted(result.exitCode(), result.text()));
        }
        if (!ends(Duration.ofSeconds(10))) {
            throw new BenchException(
                    "baton stop returned, but baton run (pid %d) still lives".formatted(process.pid()));
        }
    }

    private Command.Result command(Duration deadline, Consumer<String> onLine, String... words) throws BenchException {
        List<String> command = new ArrayList<>(List.of(distribution.launcher().toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("--runtime-dir", runtimeDirectory.toString()));
        return Command.run(command, deadline, onLine);
    }

    /** The processes that serve or drain now, without the supervisor. */
    Set<Long> generationPids() {
        return ProcFs.descendants(process.pid());
    }

    long supervisorPid() {
        return process.pid();
    }

    Path runtimeDirectory() {
        return runtimeDirectory;
    }

    /** The last lines of {@code baton run}. */
    synchronized String output() {
        return String.join("\n", lastOutput);
    }

    private boolean ends(Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends it without ceremony: asks twice, which cuts what drains, then kills whatever is left. */
    @Override
    public void close() {
        everSeen.addAll(ProcFs.descendants(process.pid()));
        if (process.isAlive()) {
            process.destroy();
            if (!ends(Duration.ofMillis(500))) {
                process.destroy();
                if (!ends(Duration.ofSeconds(8))) {
                    process.destroyForcibly();
                }
            }
        }
        for (long pid : everSeen) {
            // A number seen once may be somebody else's process by now.
            if (ProcFs.commandLine(pid).contains(runtimeDirectory.toString())) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }
}
