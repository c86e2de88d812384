package io.baton.systemtests;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** New clients, so many in a second whatever becomes of those before: each connects, has one message echoed, and leaves. */
final class SteadyArrivals implements AutoCloseable {
    private final int port;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong served = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    SteadyArrivals(int port, int perSecond) {
        this.port = port;
        long everyMicros = Duration.ofSeconds(1).dividedBy(perSecond).toNanos() / 1000;
        var _ = clock.scheduleAtFixedRate(() -> clients.execute(this::come), 0, everyMicros, TimeUnit.MICROSECONDS);
    }

    private void come() {
        try (Upstream.Client client = new Upstream.Client(port)) {
            client.exchange();
            client.end();
            served.incrementAndGet();
        } catch (IOException e) {
            failures.add(e.toString());
        }
    }

    long served() {
        return served.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when every client has left. */
    void stop() {
        clock.shutdownNow();
        clients.close();
    }
}
