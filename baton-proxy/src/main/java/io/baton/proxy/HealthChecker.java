package io.baton.proxy;

import io.baton.proxy.Cluster.Later;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Asks the endpoints of all clusters whether they are well. One thread keeps the times; each check runs on a virtual thread,
 * so many at once at most, and is cut off at its timeout. Checks are spread a little, so that generations and endpoints do
 * not beat in time.
 */
final class HealthChecker implements AutoCloseable, Later {
    private static final int MAX_AT_ONCE = 64;

    /** Of the interval, either way. */
    private static final double JITTER = 0.1;

    private final ScheduledThreadPoolExecutor clock;
    private final Semaphore slots = new Semaphore(MAX_AT_ONCE);
    private final List<MemberHealth> checked = new ArrayList<>();
    private volatile CountDownLatch unknown = new CountDownLatch(0);
    private volatile boolean closed;

    HealthChecker() {
        this.clock = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("baton-health").daemon().factory());
        clock.setRemoveOnCancelPolicy(true);
    }

    /** Begins with a check of everybody at once; until it is answered, an endpoint is taken to be well. A second call does nothing. */
    synchronized void start(Collection<Cluster> clusters) {
        if (!checked.isEmpty()) {
            return;
        }
        for (Cluster cluster : clusters) {
            cluster.config()
                    .health()
                    .ifPresent(config -> cluster.members()
                            .forEach(member -> checked.add(new MemberHealth(cluster, member, config))));
        }
        unknown = new CountDownLatch(checked.size());
        checked.forEach(health -> after(Duration.ZERO, () -> begin(health)));
    }

    /**
     * Waits until each endpoint was checked once.
     *
     * @return false when the time was up before
     */
    boolean awaitFirstRound(Duration limit) throws InterruptedException {
        return unknown.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void after(Duration delay, Runnable action) {
        try {
            var _ = clock.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nobody picks any more.
        }
    }

    /** On the clock's thread, which must not wait. */
    private void begin(MemberHealth health) {
        Thread.ofVirtual().name("baton-health-check").start(() -> check(health));
    }

    private void check(MemberHealth health) {
        try {
            slots.acquire();
            try {
                run(health);
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(MemberHealth health) {
        boolean first = health.isFirst();
        Duration timeout = health.config().timeout();
        HealthProbe probe = new HealthProbe(health.endpoint(), health.config().check());
        try {
            ScheduledFuture<?> alarm = clock.schedule(probe::abort, timeout.toNanos(), TimeUnit.NANOSECONDS);
            Optional<String> failure = probe.run(timeout);
            alarm.cancel(false);
            if (!closed) {
                health.found(failure);
                after(spread(health.config().interval()), () -> begin(health));
            }
        } catch (RejectedExecutionException e) {
            // Closed.
        } finally {
            if (first) {
                unknown.countDown();
            }
        }
    }

    private static Duration spread(Duration interval) {
        double factor = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
        return Duration.ofNanos(Math.round(interval.toNanos() * factor));
    }

    /** No check begins after it; what is under way says nothing any more. */
    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
    }
}
