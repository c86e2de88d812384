package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is talked to by its standard input, while it says what it has to say line by line. */
final class Talker implements AutoCloseable {
    /** More than that of a Baton: some of them wait for one. */
    private static final Duration PATIENCE = BatonProcess.PATIENCE.multipliedBy(3);

    private final Process process;
    private final ProcessLines lines;

    Talker(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true).start();
        lines = new ProcessLines(process, line -> {});
    }

    /** A script of ours that only uses the libraries of Python. */
    static Talker python(String script, String... arguments) throws IOException {
        try {
            List<String> all = new ArrayList<>();
            all.add(Path.of(Talker.class.getResource("/" + script).toURI()).toString());
            all.addAll(List.of(arguments));
            return new Talker(Foreign.PYTHON.builder(all.toArray(String[]::new)));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a resource is a file", e);
        }
    }

    /** Sends it as it is: a line needs its end. */
    void say(String text) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write(text.getBytes(UTF_8));
        in.flush();
    }

    /** The first line that contains {@code words}, once there is one. */
    String awaitLine(String words) {
        return lines.await(words, PATIENCE);
    }

    /** Waits for so many lines that contain {@code words}. */
    void awaitLines(String words, int number) {
        await("%d lines with '%s' in%n%s".formatted(number, words, text()))
                .atMost(PATIENCE)
                .until(() -> text().lines().filter(line -> line.contains(words)).count() == number);
    }

    String text() {
        return lines.text();
    }

    /** How many it has said. */
    int lines() {
        return (int) text().lines().count();
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** All it says, when nothing more is said to it. */
    String end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return rest();
    }

    /** All it says, when it is told by a signal that it is time. */
    String end(String signal) throws IOException, InterruptedException {
        Baton.signal(signal, pid());
        return rest();
    }

    private String rest() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("%s does not end:%n%s".formatted(process.info(), text()));
        }
        return lines.textToItsEnd(PATIENCE);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
