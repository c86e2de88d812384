package io.baton.examples;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that ask again and again; one that fails goes on, and is counted. */
final class Load implements AutoCloseable {
    /** Asks once, {@code number} being the client's, and says who has answered. */
    interface Ask {
        String ask(int number) throws Exception;
    }

    private static final int MOST_FAILURES = 100;

    /** Servers that are only just starting get their share of the processor. */
    private static final Duration PACE = Duration.ofMillis(20);

    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicInteger failed = new AtomicInteger();
    private final ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> byWhom = new ConcurrentHashMap<>();
    private volatile boolean over;

    Load(int count, Ask ask) {
        for (int i = 0; i < count; i++) {
            int number = i;
            clients.add(Thread.ofPlatform().name("client-" + i).start(() -> run(ask, number)));
        }
    }

    private void run(Ask ask, int number) {
        while (!over && failed.get() < MOST_FAILURES) {
            try {
                String who = ask.ask(number);
                byWhom.computeIfAbsent(who, _ -> new AtomicLong()).incrementAndGet();
                answers.incrementAndGet();
                Thread.sleep(PACE);
            } catch (Exception e) {
                failed.incrementAndGet();
                failures.add(e);
            }
        }
    }

    /** Waits until there have been so many more answers. */
    void awaitMore(long more) {
        long before = answers.get();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> answers.get() >= before + more || failed.get() >= MOST_FAILURES);
    }

    /** Waits until {@code who} has answered so often. */
    void awaitAnswersOf(String who, long count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> answersOf(who) >= count || failed.get() >= MOST_FAILURES);
    }

    long answersOf(String who) {
        AtomicLong its = byWhom.get(who);
        return its == null ? 0 : its.get();
    }

    List<Exception> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread client : clients) {
                client.join(Duration.ofSeconds(20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
