package io.baton.envoy;

import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.ProtocolConfig;
import io.baton.proxy.SniRoute;
import io.baton.proxy.TcpConfig;
import io.baton.proxy.Words;
import io.baton.tls.TlsServerConfig;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the filter chains of one listener: one chain, or several of {@code tcp_proxy} by server name, of TLS that is not opened. */
final class FilterChains {
    // A chain's name says nothing to Baton.
    private static final Fields CHAIN = Fields.of(
                    FilterChain.getDescriptor(),
                    "filter_chain_match",
                    "filters",
                    "transport_socket",
                    "transport_socket_connect_timeout")
            .harmless("name");
    private static final Fields MATCH =
            Fields.of(FilterChainMatch.getDescriptor(), "server_names", "transport_protocol");
    private static final Fields FILTER =
            Fields.of(Filter.getDescriptor(), "typed_config").harmless("name");

    // stat_prefix names statistics only.
    private static final Fields TCP_PROXY = Fields.of(TcpProxy.getDescriptor(), "cluster", "idle_timeout", "access_log")
            .harmless("stat_prefix");

    private static final Duration MAX_IDLE = Duration.ofDays(7);
    private static final Duration MIN_HANDSHAKE = Duration.ofMillis(100);
    private static final Duration MAX_HANDSHAKE = Duration.ofMinutes(2);
    private static final Duration MIN_HELLO = Duration.ofMillis(10);
    private static final Duration MAX_HELLO = Duration.ofMinutes(10);

    /** Envoy's, for whatever its listener filters wait for. */
    private static final Duration DEFAULT_HELLO = Duration.ofSeconds(15);

    private final Map<String, ClusterConfig> clusters;
    private final TlsReader tlsReader;
    private Optional<TlsServerConfig> tls = Optional.empty();
    private Optional<ProtocolConfig> protocol = Optional.empty();

    /** Of all chains by server name: Baton has one. */
    private Optional<Duration> idle = Optional.empty();

    FilterChains(Map<String, ClusterConfig> clusters, TlsReader tlsReader) {
        this.clusters = clusters;
        this.tlsReader = tlsReader;
    }

    Optional<TlsServerConfig> tls() {
        return tls;
    }

    ProtocolConfig protocol() {
        return protocol.orElseThrow();
    }

    FilterChains read(Part listener) throws ConfigException {
        List<Part> chains = listener.list("filter_chains", CHAIN, TcpConfig.MAX_SNI_ROUTES);
        Optional<Part> otherwise = listener.find("default_filter_chain", CHAIN);
        Map<String, SniRoute> routes = new LinkedHashMap<>();
        Optional<Part> unnamed = Optional.empty();
        for (Part chain : chains) {
            List<String> names = serverNames(chain);
            if (!names.isEmpty()) {
                addRoutes(chain, names, routes);
            } else if (unnamed.isPresent()) {
                throw chain.problem("a second chain without server_names, expected one");
            } else if (otherwise.isPresent()) {
                throw chain.problem("without server_names beside default_filter_chain, expected one of the two");
            } else {
                unnamed = Optional.of(chain);
            }
        }
        Optional<Part> plain = unnamed.isPresent() ? unnamed : otherwise;
        if (routes.isEmpty() && plain.isEmpty()) {
            throw listener.problem("no filter_chains, expected at least one");
        }
        if (routes.isEmpty()) {
            readOnly(plain.get());
            waitForHello(listener);
            return this;
        }
        protocol = Optional.of(bySni(listener, routes, plain));
        return this;
    }

    /** The only chain there is. */
    private void readOnly(Part chain) throws ConfigException {
        protocol = Optional.of(protocol(chain));
        Duration handshake = Times.get(
                chain,
                "transport_socket_connect_timeout",
                MIN_HANDSHAKE,
                MAX_HANDSHAKE,
                TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT);
        Optional<Part> socket = chain.find("transport_socket", ClusterReader.TRANSPORT_SOCKET);
        if (socket.isPresent()) {
            TlsServerConfig config = tlsReader.listener(socket.get(), protocol() instanceof HttpConfig, handshake);
            if (protocol() instanceof HttpConfig http) {
                HttpReader.checkCodec(chain, http, config.applicationProtocols());
            }
            tls = Optional.of(config);
        } else if (chain.has("transport_socket_connect_timeout")) {
            throw chain.problem(
                    "transport_socket_connect_timeout",
                    "without a transport_socket, expected both: nothing is waited for");
        }
    }

    private static Duration waitForHello(Part listener) throws ConfigException {
        return Times.get(listener, "listener_filters_timeout", MIN_HELLO, MAX_HELLO, DEFAULT_HELLO);
    }

    private TcpConfig bySni(Part listener, Map<String, SniRoute> routes, Optional<Part> plain) throws ConfigException {
        Optional<String> cluster = Optional.empty();
        if (plain.isPresent()) {
            cluster = Optional.of(passedOn(plain.get()));
        }
        return new TcpConfig(
                cluster,
                List.copyOf(routes.values()),
                waitForHello(listener),
                idle.orElse(TcpConfig.DEFAULT_IDLE_TIMEOUT));
    }

    private static List<String> serverNames(Part chain) throws ConfigException {
        Optional<Part> match = chain.find("filter_chain_match", MATCH);
        if (match.isEmpty()) {
            return List.of();
        }
        List<String> names = match.get().texts("server_names");
        String transport = match.get().text("transport_protocol");
        if (!transport.isEmpty() && (names.isEmpty() || !transport.equals("tls"))) {
            throw match.get()
                    .problem(
                            "transport_protocol",
                            "%s is not supported here, expected tls beside server_names"
                                    .formatted(Words.quote(transport)));
        }
        return names;
    }

    private void addRoutes(Part chain, List<String> names, Map<String, SniRoute> routes) throws ConfigException {
        String cluster = passedOn(chain);
        for (String given : names) {
            String name = given.toLowerCase(Locale.ROOT);
            if (!SniRoute.isServerName(name) || name.startsWith("*")) {
                throw chain.problem(
                        "filter_chain_match.server_names",
                        "%s, expected a whole name (Envoy's wildcard is for names of every depth, Baton's for one label)"
                                .formatted(Words.quote(given)));
            }
            if (routes.put(name, new SniRoute(name, cluster)) != null) {
                throw chain.problem(
                        "filter_chain_match.server_names",
                        "%s again, expected each name once".formatted(Words.quote(given)));
            }
        }
    }

    private String passedOn(Part chain) throws ConfigException {
        if (chain.has("transport_socket")) {
            throw chain.problem(
                    "transport_socket",
                    "not supported beside server_names, expected one chain with all tls_certificates: Baton picks by the name");
        }
        if (!(protocol(chain) instanceof TcpConfig tcp)) {
            throw chain.problem("filters", "HTTP beside server_names, expected tcp_proxy: TLS is passed on unopened");
        }
        String cluster = tcp.cluster().orElseThrow();
        ClusterConfig to = clusters.get(cluster);
        if (to != null && to.tls().isPresent()) {
            throw chain.problem(
                    "filters",
                    "server_names with cluster %s, which has TLS, expected one without: what is passed on is TLS already"
                            .formatted(Words.quote(cluster)));
        }
        if (idle.isPresent() && !idle.get().equals(tcp.idleTimeout())) {
            throw chain.problem(
                    "filters",
                    "idle_timeout %s, expected %s as in the chain before it: Baton has one for the listener"
                            .formatted(Times.seconds(tcp.idleTimeout()), Times.seconds(idle.get())));
        }
        idle = Optional.of(tcp.idleTimeout());
        return cluster;
    }

    private ProtocolConfig protocol(Part chain) throws ConfigException {
        List<Part> filters = chain.list("filters", FILTER, Integer.MAX_VALUE);
        if (filters.isEmpty()) {
            throw chain.problem("no filters, expected tcp_proxy or http_connection_manager");
        }
        Part config = filters.getFirst().typed("typed_config", TCP_PROXY, HttpReader.MANAGER);
        if (filters.size() > 1) {
            throw filters.get(1).problem("a second filter is not supported, expected one");
        }
        return config.is(TCP_PROXY) ? tcp(config) : new HttpReader(clusters).read(config);
    }

    private TcpConfig tcp(Part tcp) throws ConfigException {
        AccessLogs.checkNone(tcp);
        return new TcpConfig(
                cluster(tcp, clusters),
                Times.get(tcp, "idle_timeout", Duration.ZERO, MAX_IDLE, TcpConfig.DEFAULT_IDLE_TIMEOUT));
    }

    /** The name of one of {@code clusters}. */
    static String cluster(Part part, Map<String, ClusterConfig> clusters) throws ConfigException {
        String cluster = part.text("cluster");
        if (cluster.isEmpty()) {
            throw part.problem("no cluster, expected the name of a static cluster");
        }
        if (!clusters.containsKey(cluster)) {
            throw part.problem(
                    "cluster",
                    "%s, expected the name of a static cluster%s"
                            .formatted(Words.quote(cluster), Words.didYouMean(cluster, clusters.keySet())));
        }
        return cluster;
    }
}
