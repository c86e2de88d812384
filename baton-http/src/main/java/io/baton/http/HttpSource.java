package io.baton.http;

import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy's client connections, for another process to take over. Each call asks the loops in turn and returns what the first one gives
 * that has any, so that what was quiesced waits for no other loop.
 */
final class HttpSource implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(HttpSource.class);

    /** A parent that is let go asks each second for what can move; one that does not has run out of room on the other side. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HttpProxy proxy;
    private volatile Runnable wake = () -> {};
    private volatile boolean asked;
    private volatile long askedNanos;

    /** So that a connection which came back in one handover is offered in the next. */
    private final AtomicLong handover = new AtomicLong(1);

    private int turn;

    HttpSource(HttpProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public ConnectionKind kind() {
        return SnapshotCodec.KIND;
    }

    @Override
    public int movable() {
        return proxy.activeConnections();
    }

    @Override
    public List<MigratableConnection> quiesce(BatchLimit limit, Duration patience) {
        askedNanos = System.nanoTime();
        asked = true;
        long deadlineNanos = askedNanos + patience.toNanos();
        List<Worker> workers = proxy.workers();
        for (int i = 0; i < workers.size(); i++) {
            Worker worker = workers.get(Math.floorMod(turn++, workers.size()));
            List<Departure> departures = ask(worker, limit, deadlineNanos - System.nanoTime());
            if (!departures.isEmpty()) {
                return List.copyOf(departures);
            }
        }
        return List.of();
    }

    /** What a loop gives that does not answer in time stays with it. */
    private List<Departure> ask(Worker worker, BatchLimit limit, long patienceNanos) {
        CompletableFuture<List<Departure>> answer = new CompletableFuture<>();
        long current = handover.get();
        try {
            worker.loop().execute(() -> {
                if (!answer.isDone()) {
                    List<Departure> departures = worker.moves().quiesce(current, limit);
                    if (!answer.complete(departures)) {
                        departures.forEach(Departure::resume);
                    }
                }
            });
            return answer.get(patienceNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | RejectedExecutionException e) {
            return answer.complete(List.of()) ? List.of() : answer.join();
        } catch (ExecutionException e) {
            LOG.error("connections cannot be quiesced", e.getCause());
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return answer.complete(List.of()) ? List.of() : answer.join();
        }
    }

    @Override
    public void onMovable(Runnable newWake) {
        wake = newWake;
    }

    @Override
    public void handoverEnded() {
        asked = false;
        handover.incrementAndGet();
        for (Worker worker : proxy.workers()) {
            try {
                worker.loop().execute(worker.moves()::end);
            } catch (RejectedExecutionException e) {
                // it has ended, and all its connections have
            }
        }
    }

    /** Something can move that could not before. Any thread, never blocks. */
    void wake() {
        if (asked) {
            wake.run();
        }
    }

    /**
     * Whether a connection is better kept than told to leave: it will move. Any thread.
     *
     * @param keptInHandover in which it was refused, or 0
     */
    boolean willMove(long keptInHandover) {
        return asked && keptInHandover != handover.get() && System.nanoTime() - askedNanos < STALE_NANOS;
    }
}
