package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.HotRestart;
import io.baton.RehearsalOptions;
import io.baton.Stats;
import io.baton.http.HttpRehearsal;
import io.baton.http.HttpRehearsalResult;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.proxy.RouteConfig.PathMatch;
import io.baton.relay.Destination;
import io.baton.relay.Rehearsal;
import io.baton.relay.RehearsalResult;
import io.baton.relay.Routing;
import io.baton.tls.TicketKeys;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsEngine;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsServerConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rehearses with all that a real connection meets, observer, cluster and access log included, but leaves nothing that anybody sees: what the
 * JIT compiled for other classes would be thrown away at the first real connection.
 */
record DressRehearsal(BatonConfig config, HotRestart hotRestart, Posix posix) {
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final int ANY_PORT = 1;

    /**
     * By server name when any listener routes so. Waits, for a little more than the limit at most. Never throws: a failure is in the
     * result.
     */
    RehearsalResult tcp(RehearsalOptions options) {
        boolean sni = config.listeners().stream()
                .anyMatch(listener -> listener.protocol() instanceof TcpConfig real
                        && !real.sni().isEmpty());
        TcpConfig tcp = sni ? SniRehearsal.CONFIG : new TcpConfig(Rehearsal.LISTENER, TcpConfig.DEFAULT_IDLE_TIMEOUT);
        Stats unseen = new Stats();
        Optional<AccessLog> log = log(unseen);
        try {
            return Rehearsal.run(
                    posix,
                    options,
                    new ConnectionObserver(stage(Rehearsal.LISTENER, tcp), unseen, log, () -> {}),
                    endpoint -> routing(tcp, cluster(endpoint, unseen)));
        } finally {
            log.ifPresent(AccessLog::close);
        }
    }

    private static Routing routing(TcpConfig tcp, Cluster cluster) {
        Destination only = new Destination(Rehearsal.LISTENER, cluster, cluster.connectTimeout());
        return tcp.sni().isEmpty() ? new Routing.Fixed(only) : SniRehearsal.routing(only);
    }

    /** As {@link #tcp}; over TLS when any listener speaks it. */
    HttpRehearsalResult http(RehearsalOptions options) {
        HttpConfig http = new HttpConfig(List.of(
                new RouteConfig(Optional.empty(), new PathMatch.Prefix("/"), Map.of(), HttpRehearsal.LISTENER)));
        Stats unseen = new Stats();
        Optional<AccessLog> log = log(unseen);
        Optional<TlsServer> tls = tls();
        AtomicReference<@Nullable Cluster> cluster = new AtomicReference<>();
        Function<String, Cluster> clusters = name -> requireNonNull(cluster.get(), "no cluster yet");
        try {
            return HttpRehearsal.run(
                    posix,
                    options,
                    new ExchangeObserver(stage(HttpRehearsal.LISTENER, http), clusters, unseen, log, () -> {}),
                    endpoint -> {
                        cluster.set(cluster(endpoint, unseen));
                        return new RouteTable(http, clusters);
                    },
                    tls);
        } finally {
            tls.ifPresent(TlsServer::close);
            log.ifPresent(AccessLog::close);
        }
    }

    /** With real certificates, but for whoever comes. */
    private Optional<TlsServer> tls() {
        return config.listeners().stream()
                .flatMap(listener -> listener.tls().stream())
                .findFirst()
                .flatMap(DressRehearsal::server);
    }

    private static Optional<TlsServer> server(TlsServerConfig real) {
        try {
            return Optional.of(TlsServer.create(
                    HttpRehearsal.LISTENER,
                    TlsServerConfig.of(real.certificates().getFirst()),
                    TlsEngine.best(),
                    TicketKeys.generate()));
        } catch (TlsConfigException e) {
            return Optional.empty(); // whoever needs it for real will say so
        }
    }

    private Optional<AccessLog> log(Stats unseen) {
        return config.accessLog().map(real -> log(real, unseen));
    }

    private AccessLog log(AccessLogConfig real, Stats unseen) {
        return new AccessLog(
                new AccessLogConfig(NOWHERE, real.format()),
                AccessLogLine.of(real.format(), hotRestart.epoch()),
                hotRestart.accessLogLock(),
                posix,
                unseen);
    }

    private BatonConfig stage(String name, ProtocolConfig protocol) {
        SocketAddress address = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), ANY_PORT);
        return new BatonConfig(
                Optional.empty(),
                List.of(new ListenerConfig(name, address, false, protocol)),
                List.of(clusterConfig(name, address)),
                Optional.empty(),
                config.handover(),
                config.limits());
    }

    private static Cluster cluster(SocketAddress endpoint, Stats unseen) {
        return new Cluster(clusterConfig(Rehearsal.LISTENER, endpoint), unseen, (delay, task) -> {});
    }

    private static ClusterConfig clusterConfig(String name, SocketAddress endpoint) {
        return new ClusterConfig(
                name,
                List.of(new Endpoint(Addresses.format(endpoint), endpoint, 1)),
                ClusterConfig.Balance.ROUND_ROBIN,
                ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
    }
}
