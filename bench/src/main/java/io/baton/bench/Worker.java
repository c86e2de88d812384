package io.baton.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another process of this program, because one has not the fds for all: it is told what to do in words, a line each, and answers in lines of
 * JSON. It ends when its input does, so none outlives us. For one thread, but for {@link #close()}.
 */
final class Worker implements AutoCloseable {
    private static final int MAX_OUTPUT_LINES = 50;
    private static final int ENDING_S = 12;

    private final String name;
    private final Process process;
    private final BufferedWriter words;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(1_000);
    private final Deque<String> output = new ArrayDeque<>();

    private Worker(String name, List<String> arguments, Map<String, String> environment) throws BenchException {
        this.name = name;
        List<String> command =
                new ArrayList<>(List.of(Distribution.find().launcher().toString(), "bench"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new BenchException("cannot run %s: %s".formatted(name, e.getMessage()), e);
        }
        words = process.outputWriter();
        Command.readLines(process, this::onLine);
    }

    /** @param scene closes it in the end */
    static Worker start(String name, List<String> arguments, Map<String, String> environment, Scene scene)
            throws BenchException {
        return scene.add(new Worker(name, arguments, environment));
    }

    private void onLine(String line) {
        if (line.startsWith("{") && answers.offer(line)) {
            return;
        }
        synchronized (output) {
            if (output.size() == MAX_OUTPUT_LINES) {
                output.removeFirst();
            }
            output.addLast(line);
        }
    }

    /** Tells it to do something. */
    void say(String word) throws BenchException {
        try {
            words.write(word + "\n");
            words.flush();
        } catch (IOException e) {
            throw failed("takes no orders (" + e.getMessage() + ")");
        }
    }

    /** Its next answer. */
    Map<?, ?> answer(Duration atMost) throws BenchException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (System.nanoTime() - deadline < 0) {
                String line = answers.poll(100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    return Json.readObject(line);
                }
                if (!process.isAlive() && answers.isEmpty()) {
                    throw failed("has ended");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while %s worked".formatted(name), e);
        }
        throw failed("has not answered within " + atMost.toSeconds() + " s");
    }

    private BenchException failed(String what) {
        synchronized (output) {
            return new BenchException("%s %s; it said:%n%s".formatted(name, what, String.join("\n", output)));
        }
    }

    /** Asks first, so that it can clean up, and kills it and what it has started when it does not. */
    @Override
    public void close() {
        Set<Long> all = ProcFs.descendants(process.pid());
        process.destroy();
        try {
            if (process.waitFor(ENDING_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        all.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
}
