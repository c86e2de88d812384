package io.baton.proxy;

import io.baton.HotRestart;
import io.baton.RehearsalOptions;
import io.baton.Stats;
import io.baton.http.DrainDecision;
import io.baton.http.HttpListener;
import io.baton.http.HttpProxy;
import io.baton.http.HttpProxyOptions;
import io.baton.http.HttpRehearsalResult;
import io.baton.posix.Posix;
import io.baton.tls.TlsServer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code http} listeners, and {@code tcp} ones with TLS, on Netty. */
final class HttpPath implements DataPath {
    private final BatonConfig config;
    private final HotRestart hotRestart;
    private final Posix posix;
    private final int workers;
    private final Function<String, Cluster> clusters;
    private final ExchangeObserver observer;
    private final HttpProxy proxy;
    private final Tickets tickets = new Tickets();
    private final Map<String, ListenerTls> certified = new LinkedHashMap<>();

    /**
     * Opens nothing yet.
     *
     * @param onBroken when an event loop has died; on that loop's thread
     * @throws ProxyException when a certificate is not what it was when the config was loaded
     */
    HttpPath(
            BatonConfig config,
            HotRestart hotRestart,
            Function<String, Cluster> clusters,
            Stats stats,
            Posix posix,
            int workers,
            Optional<AccessLog> accessLog,
            Runnable onBroken)
            throws ProxyException {
        this.config = config;
        this.hotRestart = hotRestart;
        this.posix = posix;
        this.workers = workers;
        this.clusters = clusters;
        this.observer = new ExchangeObserver(config, clusters, stats, accessLog, onBroken);
        HttpProxyOptions options =
                HttpProxyOptions.defaults().withWorkers(workers).withFirstId(DataPath.firstId(hotRestart));
        this.proxy = new HttpProxy(
                posix,
                config.limits().connections().isPresent()
                        ? options.withMaxConnections(
                                config.limits().connections().getAsInt())
                        : options,
                observer);
        readCertificates(stats);
    }

    private void readCertificates(Stats stats) throws ProxyException {
        try {
            for (ListenerConfig listener : config.listeners()) {
                if (listener.tls().isPresent()) {
                    certified.put(
                            listener.name(),
                            ListenerTls.of(listener, listener.tls().get(), tickets.keys(), stats));
                }
            }
            tickets.usedBy(certified.values().stream().map(ListenerTls::server).toList());
        } catch (ProxyException e) {
            certified.values().forEach(ListenerTls::close);
            throw e;
        }
    }

    @Override
    public Rehearsed rehearse(RehearsalOptions options) {
        HttpRehearsalResult result = new DressRehearsal(config, hotRestart, posix).http(options);
        return new Rehearsed("http", result.connections(), result.requests(), result.duration(), result.failure());
    }

    @Override
    public void start() {
        proxy.start();
    }

    /** Connections come from the parent before any listener accepts, and may leave for a child. */
    @Override
    public void expect(List<BoundListener> listeners) {
        listeners.forEach(listener -> proxy.expectListener(httpListener(listener)));
        hotRestart.register(proxy.connectionSource());
        hotRestart.register(proxy.connectionRestorer());
        if (!certified.isEmpty()) {
            hotRestart.register(tickets);
        }
    }

    @Override
    public void add(BoundListener listener) {
        proxy.addListener(httpListener(listener));
    }

    private HttpListener httpListener(BoundListener listener) {
        Optional<TlsServer> tls =
                Optional.ofNullable(certified.get(listener.config().name())).map(ListenerTls::server);
        return switch (listener.config().protocol()) {
            case HttpConfig http -> httpListener(listener, http, tls);
            case TcpConfig tcp ->
                SecuredStreams.listener(
                        listener, tcp, workers, clusters.apply(tcp.cluster().orElseThrow()), tls);
        };
    }

    private HttpListener httpListener(BoundListener listener, HttpConfig http, Optional<TlsServer> tls) {
        return new HttpListener(
                listener.config().name(),
                listener.perWorker(workers),
                new RouteTable(http, clusters),
                http.timeouts(),
                http.limits(),
                http.forwarded(),
                http.http2(),
                tls);
    }

    @Override
    public void stopAccepting() {
        proxy.stopAccepting();
        leaveAsDrained();
    }

    /** Whoever asks the next request is told to leave once this process drains, as its strategy has it. */
    void leaveAsDrained() {
        proxy.drain(hotRestart.drainManager()::drainClose);
    }

    /** Whoever asks the next request is told to leave, whatever the drain strategy. */
    void leaveAtOnce() {
        proxy.drain(DrainDecision.ALWAYS);
    }

    @Override
    public void pauseAccepting() {
        proxy.pauseAccepting();
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

    /** Certificates are files, which others replace; keys grow old. */
    @Override
    public void everySecond() {
        certified.values().forEach(ListenerTls::refresh);
        tickets.rotateAt(Instant.now());
    }

    @Override
    public void close() {
        proxy.close();
        certified.values().forEach(ListenerTls::close);
    }
}
