package io.baton.systemtests;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A program that is run again and again, each time to an end that must be a good one. */
final class OverAndOver implements AutoCloseable {
    private final Foreign program;
    private final String[] arguments;
    private final Predicate<String> good;
    private final List<String> outputs = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean running = true;

    /** @param good says of its standard output whether it is what it should be */
    OverAndOver(Foreign program, Predicate<String> good, String... arguments) {
        this.program = program;
        this.good = good;
        this.arguments = arguments;
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        while (running) {
            try {
                Outcome outcome = program.run(arguments);
                if (outcome.code() != 0 || !good.test(outcome.out())) {
                    failures.add(outcome.toString());
                }
                outputs.add(outcome.out());
            } catch (Exception | AssertionError e) {
                failures.add(e.toString());
            }
        }
    }

    /** Ends with its round. */
    OverAndOver end() throws InterruptedException {
        running = false;
        thread.join();
        return this;
    }

    /** Of each round. */
    List<String> outputs() {
        return List.copyOf(outputs);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        running = false;
    }
}
