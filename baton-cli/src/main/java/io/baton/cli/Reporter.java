package io.baton.cli;

import io.baton.HotRestart;
import io.baton.HotRestartState;
import io.baton.MigrationReport;
import io.baton.posix.Posix;
import io.baton.proxy.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the supervisor about this generation: soon after something changed, and each second in any case. Owns a daemon thread.
 */
final class Reporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(100);

    private final Notifier notifier;
    private final Instant started;
    private final HotRestart hotRestart;
    private final Proxy proxy;
    private final long pid;
    private final Thread thread;
    private volatile boolean running = true;
    private @Nullable GenerationReport last;
    private long lastNanos;
    private boolean readyUnsaid;

    Reporter(Notifier notifier, Instant started, HotRestart hotRestart, Proxy proxy, Posix posix) {
        this.notifier = notifier;
        this.started = started;
        this.hotRestart = hotRestart;
        this.proxy = proxy;
        this.pid = posix.pid();
        this.thread = Thread.ofPlatform().daemon().name("reporter").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (running) {
            try {
                reportIfDue();
            } catch (RuntimeException e) {
                LOG.error("a report was not sent", e); // the next one may be: without any, nobody knows how we are
            }
            LockSupport.parkNanos(TICK.toNanos());
        }
    }

    /** Something that should be known at once has changed. Thread-safe, never blocks. */
    void changed() {
        LockSupport.unpark(thread);
    }

    private synchronized void reportIfDue() {
        GenerationReport now = report(state(hotRestart.state()), 0);
        if (running && (!now.equals(last) || System.nanoTime() - lastNanos >= EVERY.toNanos())) {
            last = now;
            lastNanos = System.nanoTime();
            send(now);
        }
    }

    /** This generation serves: said with each report until one has got through. */
    synchronized void ready() {
        readyUnsaid = true;
        send(report(state(hotRestart.state()), 0));
    }

    private synchronized void send(GenerationReport report) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (readyUnsaid && report.state() == GenerationState.SERVING) {
            fields.put(NotifyMessage.READY, "1");
        }
        fields.putAll(report.toMessage().fields());
        if (notifier.send(new NotifyMessage(fields))) {
            readyUnsaid = false;
        }
    }

    /** The last report: nothing is left, and {@code cut} connections did not end by themselves. */
    synchronized void ended(long cut) {
        running = false;
        notifier.send(report(GenerationState.TERMINATED, cut).toMessage());
    }

    private GenerationReport report(GenerationState state, long cut) {
        MigrationReport migration = hotRestart.migration();
        return new GenerationReport(
                hotRestart.baseId(),
                hotRestart.epoch(),
                pid,
                state,
                started,
                proxy.tcpConnections(),
                proxy.httpConnections(),
                migration.movable(),
                cut,
                Moves.of(migration));
    }

    private static GenerationState state(HotRestartState state) {
        return switch (state) {
            case HotRestartState.Starting _ -> GenerationState.AWAITING_READY;
            // While its child starts, this process serves as ever.
            case HotRestartState.Serving _, HotRestartState.AwaitingReady _ -> GenerationState.SERVING;
            case HotRestartState.Migrating _, HotRestartState.RollingBack _ -> GenerationState.MIGRATING;
            case HotRestartState.Draining _ -> GenerationState.DRAINING;
            case HotRestartState.Terminated _ -> GenerationState.TERMINATED;
        };
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
