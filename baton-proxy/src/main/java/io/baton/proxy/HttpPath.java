package io.baton.proxy;

import io.baton.Stats;
import io.baton.http.DrainDecision;
import io.baton.http.HttpListener;
import io.baton.http.HttpProxy;
import io.baton.http.HttpProxyOptions;
import io.baton.http.HttpRehearsal;
import io.baton.http.HttpRehearsalOptions;
import io.baton.http.HttpRehearsalResult;
import io.baton.posix.Posix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code http} listeners, on Netty. */
final class HttpPath implements DataPath {
    private final Posix posix;
    private final int workers;
    private final Function<String, Cluster> clusters;
    private final DrainDecision drain;
    private final ExchangeObserver observer;
    private final HttpProxy proxy;

    /**
     * Opens nothing yet.
     *
     * @param drain asked for each response once accepting has stopped
     * @param onBroken when an event loop has died; on that loop's thread
     */
    HttpPath(
            BatonConfig config,
            Function<String, Cluster> clusters,
            Stats stats,
            Posix posix,
            int workers,
            Optional<AccessLog> accessLog,
            DrainDecision drain,
            Runnable onBroken) {
        this.posix = posix;
        this.workers = workers;
        this.clusters = clusters;
        this.drain = drain;
        this.observer = new ExchangeObserver(config, clusters, stats, accessLog, onBroken);
        HttpProxyOptions options = HttpProxyOptions.defaults().withWorkers(workers);
        this.proxy = new HttpProxy(
                posix,
                config.limits().connections().isPresent()
                        ? options.withMaxConnections(
                                config.limits().connections().getAsInt())
                        : options,
                observer);
    }

    @Override
    public Rehearsed rehearse(Duration limit) {
        HttpRehearsalResult result = HttpRehearsal.run(
                posix, new HttpRehearsalOptions(HttpRehearsalOptions.defaults().connections(), limit));
        return new Rehearsed("http", result.connections(), result.requests(), result.duration(), result.failure());
    }

    @Override
    public void start() {
        proxy.start();
    }

    /** HTTP connections finish where they are. */
    @Override
    public void expect(List<BoundListener> listeners) {}

    @Override
    public void add(BoundListener listener) {
        if (!(listener.config().protocol() instanceof HttpConfig http)) {
            throw new IllegalArgumentException(
                    "listener %s is not http".formatted(listener.config().name()));
        }
        proxy.addListener(new HttpListener(
                listener.config().name(),
                listener.perWorker(workers),
                new RouteTable(http, clusters),
                http.timeouts(),
                http.limits(),
                http.forwarded(),
                http.http2()));
    }

    @Override
    public void stopAccepting() {
        proxy.stopAccepting();
        proxy.drain(drain);
    }

    /** Whoever asks the next request is told to leave, whatever the drain strategy. */
    void leaveAtOnce() {
        proxy.drain(DrainDecision.ALWAYS);
    }

    @Override
    public long connections() {
        return Math.max(proxy.activeConnections(), observer.open());
    }

    @Override
    public int maxConnections() {
        return proxy.maxConnections();
    }

    @Override
    public void publish() {
        observer.publish(proxy.numbers());
    }

    @Override
    public void close() {
        proxy.close();
    }
}
