package io.baton.systemtests;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/** Clients that stay as long as they are let, and come again when they were cut. Each cut is noted with its time. */
final class LastingStreams implements AutoCloseable {
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(300);

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicIntegerArray answers;
    private final List<Cut> cuts = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile boolean running = true;

    /** A stream that stood and was ended by the other side. */
    record Cut(Instant opened, Instant at, String reason) {}

    LastingStreams(int port, int streams) {
        this.port = port;
        this.answers = new AtomicIntegerArray(streams);
        for (int i = 0; i < streams; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> comeAgain(number)));
        }
    }

    private void comeAgain(int number) {
        while (running) {
            Instant opened = Instant.now();
            try (Upstream.Client client = new Upstream.Client(port)) {
                client.exchange(); // a connection that is taken and not served is a failure, not a cut
                stay(number, client, opened);
            } catch (IOException e) {
                failures.add("at %s: %s".formatted(Instant.now(), e));
            }
        }
    }

    /** Returns when the stream was cut; one that is there at the end must end properly. */
    private void stay(int number, Upstream.Client client, Instant opened) throws IOException {
        open.incrementAndGet();
        try {
            while (running) {
                try {
                    client.exchange();
                    answers.incrementAndGet(number);
                } catch (IOException e) {
                    cuts.add(new Cut(opened, Instant.now(), e.toString()));
                    return;
                }
                Thread.sleep(BETWEEN_MESSAGES);
            }
            client.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.decrementAndGet();
        }
    }

    int open() {
        return open.get();
    }

    /** How many answers each stream has had. */
    List<Integer> answers() {
        return IntStream.range(0, answers.length()).mapToObj(answers::get).toList();
    }

    /**
     * Whether each stream has had two since {@code before}, as one may have been on its way: until then it may have been cut, and not
     * have noticed.
     */
    boolean allAnsweredSince(List<Integer> before) {
        return IntStream.range(0, answers.length()).allMatch(i -> answers.get(i) > before.get(i) + 1);
    }

    List<Cut> cuts() {
        return List.copyOf(cuts);
    }

    /** What is no cut of a stream that stood. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Returns when every stream has ended. */
    void stop() {
        running = false;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
