package io.baton.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A command that is run to its end, within a deadline. */
final class Command {
    /** Lines kept of what it says: enough to explain a failure. */
    private static final int MAX_LINES = 2_000;

    /** How it ended, and what it said on stdout and stderr together. */
    record Result(int exitCode, List<String> lines) {
        String text() {
            return String.join("\n", lines);
        }
    }

    private Command() {}

    static Result run(List<String> command, Duration deadline) throws BenchException {
        return run(command, deadline, _ -> {});
    }

    /**
     * Runs it.
     *
     * @param onLine is given each line as it comes, on a thread of its own
     * @throws BenchException when it cannot be started or is not done in time (it is killed then)
     */
    static Result run(List<String> command, Duration deadline, Consumer<String> onLine) throws BenchException {
        Process process = start(command);
        List<String> lines = new CopyOnWriteArrayList<>();
        Thread reader = readLines(process, line -> {
            if (lines.size() < MAX_LINES) {
                lines.add(line);
            }
            onLine.accept(line);
        });
        try {
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchException(
                        "'%s' was not done within %d s".formatted(String.join(" ", command), deadline.toSeconds()));
            }
            reader.join(1_000);
            return new Result(process.exitValue(), List.copyOf(lines));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while '%s' ran".formatted(String.join(" ", command)), e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Starts one that goes on; stdout and stderr are one stream. The caller ends it. */
    static Process start(List<String> command) throws BenchException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new BenchException("cannot run '%s': %s".formatted(command.getFirst(), e.getMessage()), e);
        }
    }

    /** Reads what it says until its end, so that it never blocks on a full pipe. */
    static Thread readLines(Process process, Consumer<String> onLine) {
        return Thread.ofPlatform().daemon().name("output-of-" + process.pid()).start(() -> {
            try (BufferedReader reader = process.inputReader()) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    onLine.accept(line);
                }
            } catch (IOException _) {
                // Its end.
            }
        });
    }
}
