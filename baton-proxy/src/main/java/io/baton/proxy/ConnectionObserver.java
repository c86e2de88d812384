package io.baton.proxy;

import io.baton.Counter;
import io.baton.Stats;
import io.baton.relay.ConnectionReport;
import io.baton.relay.ListenerNumbers;
import io.baton.relay.RelayObserver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Counts and logs what the relay does. Called on its loop threads: takes no lock and waits for nothing. */
final class ConnectionObserver implements RelayObserver {
    private final Map<String, ListenerStats> listeners;
    private final Optional<AccessLog> accessLog;
    private final Counter pausedAtLimit;
    private final Counter pausedForFds;
    private final Runnable onWorkerDied;
    private final AtomicLong open = new AtomicLong();

    ConnectionObserver(BatonConfig config, Stats stats, Optional<AccessLog> accessLog, Runnable onWorkerDied) {
        this.onWorkerDied = onWorkerDied;
        Map<String, ListenerStats> byName = new LinkedHashMap<>();
        for (ListenerConfig listener : config.listeners()) {
            if (listener.protocol() instanceof TcpConfig tcp) {
                byName.put(listener.name(), new ListenerStats(listener, tcp, stats));
            }
        }
        this.listeners = Map.copyOf(byName);
        this.accessLog = accessLog;
        this.pausedAtLimit = stats.counter("server.accept_paused_connection_limit");
        this.pausedForFds = stats.counter("server.accept_paused_out_of_fds");
    }

    @Override
    public void connectionOpened(String listener) {
        open.incrementAndGet();
        ListenerStats stats = of(listener);
        stats.opened.increment();
        stats.active.increment();
    }

    @Override
    public void connectionClosed(ConnectionReport report) {
        ListenerStats stats = of(report.listener());
        stats.active.decrement();
        stats.destroyed.increment();
        switch (report.outcome()) {
            case CONNECT_FAILED ->
                report.destination()
                        .ifPresent(cluster ->
                                stats.share(cluster).connectAttemptsExceeded.increment());
            case NO_ROUTE -> stats.noRoute.increment();
            case HELLO_TIMEOUT -> stats.helloTimeouts.increment();
            case IDLE_TIMEOUT -> stats.idleTimeouts.increment();
            case COMPLETED, CLIENT_RESET, UPSTREAM_RESET, CUT -> {}
        }
        accessLog.ifPresent(log -> log.add(report));
        // Last: who sees that the last connection is gone may rely on it being counted and logged.
        open.decrementAndGet();
    }

    /** It began in the process before, and was counted there. */
    @Override
    public void connectionRestored(String listener) {
        open.incrementAndGet();
        of(listener).active.increment();
    }

    /** It goes on in the next process, which logs it. */
    @Override
    public void connectionMoved(String listener) {
        ListenerStats stats = of(listener);
        stats.active.decrement();
        open.decrementAndGet();
    }

    @Override
    public void acceptPaused(PauseReason reason) {
        switch (reason) {
            case CONNECTION_LIMIT -> pausedAtLimit.increment();
            case OUT_OF_FDS -> pausedForFds.increment();
        }
    }

    /** What is left would serve some clients and let others hang: better to end, and be started again. */
    @Override
    public void workerDied(int worker, Throwable cause) {
        onWorkerDied.run();
    }

    /** Connections opened and not yet counted and logged as closed. */
    long open() {
        return open.get();
    }

    /** Carries the bytes of all listeners over into the statistics. */
    void publish(Map<String, ListenerNumbers> numbers) {
        numbers.forEach((name, listener) -> of(name).publish(listener));
    }

    private ListenerStats of(String listener) {
        ListenerStats stats = listeners.get(listener);
        if (stats == null) {
            throw new IllegalArgumentException("no listener " + Words.quote(listener));
        }
        return stats;
    }
}
