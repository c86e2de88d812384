package io.baton.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A main class in a JVM of its own, on the test's own class and module path. Its standard output and error are captured together. It is
 * killed by {@link #close} at the latest. Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    private ChildJvm(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform()
                .daemon()
                .name("output of pid " + process.pid())
                .start(this::read);
    }

    /** Starts {@code main}; the child begins about half a second later. */
    public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), main, arguments);
    }

    /** Starts {@code main} behind a command such as {@code setpriv --reuid 65534}. */
    public static ChildJvm start(List<String> prefix, Class<?> main, String... arguments) throws IOException {
        return start(prefix, List.of("-XX:TieredStopAtLevel=1"), main, arguments);
    }

    /** Starts {@code main} with both compilers, for work that is worth it: SHA-256 is ten times faster with them. */
    public static ChildJvm startOptimized(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), List.of(), main, arguments);
    }

    private static ChildJvm start(List<String> prefix, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(inheritedOptions());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(options);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", allPaths(), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new ChildJvm(process);
    }

    /** Everything on the class path: a test's module path becomes class path, so that tests need no module of their own. */
    private static String allPaths() {
        String modulePath = System.getProperty("jdk.module.path", "");
        String classPath = System.getProperty("java.class.path", "");
        String patches = String.join(
                java.io.File.pathSeparator,
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(option -> option.startsWith("--patch-module="))
                        .map(option -> option.substring(option.lastIndexOf('=') + 1))
                        .toList());
        return String.join(java.io.File.pathSeparator, patches, modulePath, classPath);
    }

    private static List<String> inheritedOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-D") && option.contains("slf4j"))
                .toList();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed so far. */
    public List<String> output() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits for a line that contains {@code text} and returns the first such. */
    public String awaitLine(String text) {
        return awaitLine(line -> line.contains(text), "a line with '%s'".formatted(text));
    }

    private String awaitLine(Predicate<String> wanted, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0 || (!reader.isAlive() && !process.isAlive())) {
                    throw new AssertionError("pid %d did not print %s (%s); it printed:%n%s"
                            .formatted(pid(), what, process.isAlive() ? "alive" : "ended", String.join("\n", lines)));
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(lines, Math.min(left, 100_000_000L));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    /** Writes a line to its standard input. */
    public void tell(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Waits for its end; the exit code, 128 plus signal when killed. */
    public int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("pid %d still runs after %s; it printed:%n%s"
                        .formatted(pid(), PATIENCE, String.join("\n", output())));
            }
            reader.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            synchronized (lines) {
                lines.add("(output ended: " + e + ")");
                lines.notifyAll();
            }
        }
    }
}
