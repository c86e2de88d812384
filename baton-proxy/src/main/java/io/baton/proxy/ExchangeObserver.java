package io.baton.proxy;

import io.baton.Counter;
import io.baton.Stats;
import io.baton.http.HttpExchangeReport;
import io.baton.http.HttpNumbers;
import io.baton.http.HttpObserver;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what the HTTP proxy does. Called on its event loops: takes no lock and waits for nothing. */
final class ExchangeObserver implements HttpObserver {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeObserver.class);

    private final Map<String, ExchangeStats> listeners;
    private final SecuredStreams streams;
    private final Function<String, Cluster> clusters;
    private final Optional<AccessLog> accessLog;
    private final Counter paused;
    private final Runnable onBroken;
    private final AtomicLong open = new AtomicLong();

    ExchangeObserver(
            BatonConfig config,
            Function<String, Cluster> clusters,
            Stats stats,
            Optional<AccessLog> accessLog,
            Runnable onBroken) {
        Map<String, ExchangeStats> byName = new LinkedHashMap<>();
        for (ListenerConfig listener : config.listeners()) {
            if (listener.protocol() instanceof HttpConfig) {
                byName.put(listener.name(), new ExchangeStats(listener, stats));
            }
        }
        this.listeners = Map.copyOf(byName);
        this.streams = new SecuredStreams(config, stats);
        this.clusters = clusters;
        this.accessLog = accessLog;
        this.paused = stats.counter("server.accept_paused_http");
        this.onBroken = onBroken;
    }

    @Override
    public void connectionOpened(String listener, SocketAddress client) {
        open.incrementAndGet();
        DownstreamStats stats = of(listener);
        stats.opened.increment();
        stats.active.increment();
    }

    @Override
    public void handshakeCompleted(String listener) {
        of(listener).handshakes.increment();
    }

    /** Whoever scans ports must not fill the log. */
    @Override
    public void handshakeFailed(String listener, SocketAddress client, String reason) {
        of(listener).failedHandshakes.increment();
        LOG.debug("listener {}: no TLS with {}: {}", listener, client, reason);
    }

    @Override
    public void connectionClosed(String listener, long requests) {
        DownstreamStats stats = of(listener);
        stats.active.decrement();
        stats.destroyed.increment();
        // Last: who sees that the last connection is gone may rely on it being counted.
        open.decrementAndGet();
    }

    /** It began in the process before, and was counted there. */
    @Override
    public void connectionRestored(String listener) {
        open.incrementAndGet();
        of(listener).active.increment();
    }

    /** It goes on in the next process. */
    @Override
    public void connectionMoved(String listener) {
        of(listener).active.decrement();
        open.decrementAndGet();
    }

    @Override
    public void requestEnded(HttpExchangeReport report) {
        if (of(report.listener()) instanceof ListenerStats stats) {
            ConnectionReport ended = SecuredStreams.ended(report, stats);
            accessLog.ifPresent(log -> log.add(ended));
            return;
        }
        http(report.listener()).ended(report);
        if (report.cluster().isPresent() && report.upstream().isPresent()) {
            clusters.apply(report.cluster().get()).stats().responded(report.status());
        }
        accessLog.ifPresent(log -> log.add(report));
    }

    @Override
    public void upstreamOpened(String cluster, SocketAddress endpoint) {
        clusters.apply(cluster).opened(endpoint);
    }

    @Override
    public void upstreamRestored(String cluster, SocketAddress endpoint) {
        clusters.apply(cluster).restored(endpoint);
    }

    @Override
    public void upstreamClosed(String cluster, SocketAddress endpoint) {
        clusters.apply(cluster).closed(endpoint);
    }

    @Override
    public void acceptPaused() {
        paused.increment();
    }

    /** What is left would serve some clients and let others hang: better to end, and be started again. */
    @Override
    public void broken(Throwable cause) {
        LOG.error("the HTTP proxy is broken", cause);
        onBroken.run();
    }

    /** Connections opened and not yet counted as closed. */
    long open() {
        return open.get();
    }

    void publish(Map<String, HttpNumbers> numbers) {
        numbers.forEach((name, listener) -> {
            switch (of(name)) {
                case ListenerStats stats -> streams.publish(name, stats, listener);
                case ExchangeStats stats -> stats.publish(listener);
            }
        });
    }

    private DownstreamStats of(String listener) {
        DownstreamStats stats = listeners.get(listener);
        return stats == null ? streams.find(listener).orElseGet(() -> unknown(listener)) : stats;
    }

    private static ListenerStats unknown(String listener) {
        throw new IllegalArgumentException("no listener " + Words.quote(listener));
    }

    private ExchangeStats http(String listener) {
        ExchangeStats stats = listeners.get(listener);
        if (stats == null) {
            throw new IllegalArgumentException("no listener " + Words.quote(listener));
        }
        return stats;
    }
}
