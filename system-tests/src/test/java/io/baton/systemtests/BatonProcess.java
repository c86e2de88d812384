package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A long-running Baton process, {@code baton run} for the most part: its output, its status, and its end. */
final class BatonProcess implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(40);

    /** Three JVMs come up one after the other, and others may want the machine. */
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);

    private static final Pattern GENERATION = Pattern.compile("generation (\\d+) \\(pid (\\d+)\\)");
    private static final Pattern IN_STATUS = Pattern.compile(
            "\"epoch\":(\\d+),\"pid\":(\\d+),\"state\":\"(\\w+)\",\"started\":\"[^\"]+\",\"connections\":\\{\"tcp\":(\\d+),");

    private final Process process;
    private final ProcessLines lines;
    private final Set<Long> generations = new ConcurrentSkipListSet<>();
    private final String[] directory;

    /** A generation as the status tells of it. */
    record Generation(int epoch, long pid, String state, int connections) {}

    private BatonProcess(Process process, Path runtimeDir) {
        this.process = process;
        this.directory = new String[] {"--runtime-dir", runtimeDir.toString()};
        this.lines = new ProcessLines(process, this::see);
    }

    /** Starts {@code baton run}, and waits until a generation serves. */
    static BatonProcess run(Path runtimeDir, String... arguments) throws IOException {
        BatonProcess started = start(runtimeDir, arguments);
        try {
            started.lines.await(" serves", START_PATIENCE);
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    /** Starts {@code baton run}. */
    static BatonProcess start(Path runtimeDir, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("run", "--runtime-dir", runtimeDir.toString()));
        all.addAll(List.of(arguments));
        return new BatonProcess(
                Baton.builder(all.toArray(String[]::new))
                        .redirectErrorStream(true)
                        .start(),
                runtimeDir);
    }

    private void see(String line) {
        Matcher named = GENERATION.matcher(line);
        while (named.find()) {
            generations.add(Long.parseLong(named.group(2)));
        }
    }

    /** The first line that contains {@code words}, once there is one. */
    String awaitLine(String words) {
        return lines.await(words, PATIENCE);
    }

    String output() {
        return lines.text();
    }

    long pid() {
        return process.pid();
    }

    Outcome order(String command, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(directory));
        all.addAll(List.of(arguments));
        try {
            return Baton.command(all.toArray(String[]::new));
        } catch (AssertionError e) {
            throw new AssertionError("%s, while the supervisor said:%n%s".formatted(e.getMessage(), output()), e);
        }
    }

    /** An order whose end is not waited for. */
    Process orderAside(String command, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(directory));
        all.addAll(List.of(arguments));
        return Baton.builder(all.toArray(String[]::new))
                .redirectErrorStream(true)
                .start();
    }

    void upgrade(String... arguments) throws IOException, InterruptedException {
        Outcome outcome = order("upgrade", arguments);
        assertThat(outcome.code())
                .as("upgrade: %s%n%s", outcome.err(), output())
                .isZero();
    }

    /** A hot restart by signal, without a process of its own to order it; returns when it is done. */
    void hangUp(int epoch) throws IOException, InterruptedException {
        Baton.signal("HUP", pid());
        lines.await(
                Pattern.compile("SIGHUP: (generation %d \\(pid \\d+\\) serves, in|refused)".formatted(epoch)),
                PATIENCE);
        assertThat(output()).doesNotContain("refused");
    }

    String status() throws IOException, InterruptedException {
        Outcome outcome = order("status", "--json");
        assertThat(outcome.code()).as("status: %s", outcome.err()).isZero();
        return outcome.out();
    }

    List<Generation> generations() throws IOException, InterruptedException {
        List<Generation> found = new ArrayList<>();
        Matcher matcher = IN_STATUS.matcher(status());
        while (matcher.find()) {
            found.add(new Generation(
                    Integer.parseInt(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    matcher.group(3),
                    Integer.parseInt(matcher.group(4))));
        }
        return found;
    }

    /** The one that serves. */
    Generation serving() throws IOException, InterruptedException {
        List<Generation> all = generations();
        return all.stream()
                .filter(generation -> generation.state().equals("serving"))
                .reduce((first, second) -> {
                    throw new AssertionError("two serve: " + all);
                })
                .orElseThrow(() -> new AssertionError("nobody serves: " + all + "\n" + output()));
    }

    /** The pid in the newest line that announces a generation of {@code epoch} on its way. */
    long awaitStarting(Process upgrade, int epoch) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(upgrade.getInputStream(), UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Matcher named = GENERATION.matcher(line);
            if (named.find() && line.contains("is starting") && Integer.parseInt(named.group(1)) == epoch) {
                long pid = Long.parseLong(named.group(2));
                generations.add(pid);
                return pid;
            }
        }
        throw new AssertionError("no generation %d was started:%n%s".formatted(epoch, output()));
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("baton run ends:%n%s", output())
                .isTrue();
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9: only the supervisor. */
    void killSupervisor() throws InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    /** Kills what is left of it, generations included. */
    @Override
    public void close() {
        process.descendants().forEach(child -> generations.add(child.pid()));
        process.destroyForcibly();
        for (long pid : generations) {
            ProcessHandle.of(pid)
                    .filter(handle -> handle.info().commandLine().orElse("").contains("io.baton.cli"))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
