package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One {@code baton serve}, without a supervisor: what Envoy's own launcher would start. */
final class ServedGeneration implements AutoCloseable {
    static final Duration PATIENCE = BatonProcess.PATIENCE;

    private final Process process;
    private final ProcessLines lines;

    private ServedGeneration(Process process) {
        this.process = process;
        this.lines = new ProcessLines(process, line -> {});
    }

    /** Starts it; {@link #awaitReady} waits. */
    static ServedGeneration start(String... arguments) throws IOException {
        return start(builder(arguments));
    }

    /** Starts it behind another program, which must exec it. */
    static ServedGeneration start(ProcessBuilder builder) throws IOException {
        return new ServedGeneration(builder.redirectErrorStream(true).start());
    }

    static ProcessBuilder builder(String... arguments) {
        List<String> all = new ArrayList<>(List.of("serve"));
        all.addAll(List.of(arguments));
        return Baton.builder(all.toArray(String[]::new));
    }

    /** As {@link #start(String...)}, by another launcher. */
    static ServedGeneration by(Path launcher, String... arguments) throws IOException {
        ProcessBuilder builder = Baton.builder(arguments);
        builder.command().set(0, launcher.toString());
        builder.command().add(1, "serve");
        return new ServedGeneration(builder.redirectErrorStream(true).start());
    }

    ServedGeneration awaitReady() {
        awaitLine(": ready ");
        return this;
    }

    String awaitLine(String words) {
        return lines.await(words, PATIENCE);
    }

    /** Waits for its end, and says how it ended. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("it ends:%n%s", lines.text())
                .isTrue();
        lines.textToItsEnd(PATIENCE); // so that nobody looks for a line that is still in the pipe
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String output() {
        return lines.text();
    }

    /** kill -9. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
