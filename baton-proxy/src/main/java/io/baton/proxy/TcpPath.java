package io.baton.proxy;

import io.baton.HotRestart;
import io.baton.RehearsalOptions;
import io.baton.Stats;
import io.baton.posix.Posix;
import io.baton.relay.Destination;
import io.baton.relay.RehearsalResult;
import io.baton.relay.Relay;
import io.baton.relay.RelayListener;
import io.baton.relay.RelayOptions;
import io.baton.relay.Routing;
import io.baton.tls.ClientHelloPeek;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code tcp} listeners, on the relay. */
final class TcpPath implements DataPath {
    private final BatonConfig config;
    private final HotRestart hotRestart;
    private final Posix posix;
    private final int workers;
    private final Function<String, Cluster> clusters;
    private final ConnectionObserver observer;
    private final Relay relay;

    /** @param onBroken when a worker has died; on that worker's thread */
    TcpPath(
            BatonConfig config,
            HotRestart hotRestart,
            Function<String, Cluster> clusters,
            Stats stats,
            Posix posix,
            int workers,
            Optional<AccessLog> accessLog,
            Runnable onBroken) {
        this.config = config;
        this.hotRestart = hotRestart;
        this.posix = posix;
        this.workers = workers;
        this.clusters = clusters;
        this.observer = new ConnectionObserver(config, stats, accessLog, onBroken);
        RelayOptions options = RelayOptions.defaults()
                .withWorkers(workers)
                .withFirstId(DataPath.firstId(hotRestart))
                .withPipeBytes(config.limits().pipeBytes());
        this.relay = new Relay(
                posix,
                config.limits().connections().isPresent()
                        ? options.withMaxConnections(
                                config.limits().connections().getAsInt())
                        : options,
                observer);
    }

    @Override
    public Rehearsed rehearse(RehearsalOptions options) {
        RehearsalResult result = new DressRehearsal(config, hotRestart, posix).tcp(options);
        return new Rehearsed("tcp", result.connections(), result.messages(), result.duration(), result.failure());
    }

    @Override
    public void start() {
        relay.start();
    }

    /** Connections come from the parent before any listener accepts, and may leave for a child. */
    @Override
    public void expect(List<BoundListener> listeners) {
        listeners.forEach(listener -> relay.expectListener(relayListener(listener)));
        hotRestart.register(relay.connectionSource());
        hotRestart.register(relay.connectionRestorer());
    }

    @Override
    public void add(BoundListener listener) {
        relay.addListener(relayListener(listener));
    }

    private RelayListener relayListener(BoundListener listener) {
        if (!(listener.config().protocol() instanceof TcpConfig tcp)) {
            throw new IllegalArgumentException(
                    "listener %s is not tcp".formatted(listener.config().name()));
        }
        return new RelayListener(
                listener.config().name(), listener.perWorker(workers), routing(tcp), tcp.idleTimeout());
    }

    private Routing routing(TcpConfig tcp) {
        return tcp.sni().isEmpty()
                ? new Routing.Fixed(destination(tcp.cluster().orElseThrow()))
                : new Routing.ByFirstBytes(
                        new SniRouter(tcp, this::configured), tcp.helloTimeout(), ClientHelloPeek.MAX_BYTES);
    }

    /** Of any cluster of the config: one that another generation chose need not be among those that the listener has now. */
    private Optional<Destination> configured(String cluster) {
        return config.clusters().stream().anyMatch(known -> known.name().equals(cluster))
                ? Optional.of(destination(cluster))
                : Optional.empty();
    }

    private Destination destination(String name) {
        Cluster cluster = clusters.apply(name);
        return new Destination(name, cluster, cluster.connectTimeout());
    }

    /** Clients of TCP cannot be asked to leave. */
    @Override
    public void stopAccepting() {
        relay.stopAccepting();
    }

    @Override
    public void pauseAccepting() {
        relay.pauseAccepting();
    }

    @Override
    public long connections() {
        return Math.max(relay.activeConnections(), observer.open());
    }

    @Override
    public int maxConnections() {
        return relay.maxConnections();
    }

    @Override
    public void publish() {
        observer.publish(relay.numbers());
    }

    @Override
    public void close() {
        relay.close();
    }
}
