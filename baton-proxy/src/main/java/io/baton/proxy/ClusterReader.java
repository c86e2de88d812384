package io.baton.proxy;

import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.posix.SocketAddress;
import io.baton.proxy.Addresses.HostPort;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.ClusterConfig.Circuit;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code clusters}. */
final class ClusterReader {
    private static final String ENDPOINT_FORM = "HOST:PORT, [IPV6]:PORT or unix:/PATH";

    /** A name of letters, digits and hyphens whose last label is not a number: 1.2.3.400 is a wrong address, not a name. */
    private static final String HOST_NAME = "(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\\.)*[A-Za-z][A-Za-z0-9-]{0,62}\\.?";

    private static final Duration MIN_IDLE_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(1);
    private static final int MAX_IDLE = 10_000;

    private static final Map<String, Balance> BALANCES = Map.of(
            "round_robin", Balance.ROUND_ROBIN, "least_request", Balance.LEAST_REQUEST, "random", Balance.RANDOM);

    private static final Map<String, UpstreamProtocol> PROTOCOLS =
            Map.of("http1", UpstreamProtocol.HTTP_1_1, "http2", UpstreamProtocol.HTTP_2);

    private final HostResolver resolver;
    private final TlsReader tlsReader;

    ClusterReader(HostResolver resolver, TlsReader tlsReader) {
        this.resolver = resolver;
        this.tlsReader = tlsReader;
    }

    /** By name, in the order of the file. */
    Map<String, ClusterConfig> read(Section root) throws ConfigException {
        Map<String, ClusterConfig> byName = new LinkedHashMap<>();
        for (Value item : root.get("clusters", "a list of clusters").items("clusters", BatonConfig.MAX_CLUSTERS)) {
            Section section = item.section(Keys.CLUSTER);
            String name = ConfigReader.uniqueName(section, byName);
            List<Endpoint> endpoints = endpoints(section.get("endpoints", "a list of endpoints"));
            Balance balance = section.choice("balance", BALANCES, "round_robin, least_request or random")
                    .orElse(Balance.ROUND_ROBIN);
            Duration connectTimeout = section.duration(
                    "connect_timeout",
                    ClusterConfig.MIN_CONNECT_TIMEOUT,
                    ClusterConfig.MAX_CONNECT_TIMEOUT,
                    ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
            Optional<Value> healthValue = section.find("health");
            Optional<HealthConfig> health =
                    healthValue.isPresent() ? Optional.of(HealthReader.read(healthValue.get())) : Optional.empty();
            UpstreamProtocol protocol = protocol(section, health);
            byName.put(
                    name,
                    new ClusterConfig(
                            name,
                            endpoints,
                            balance,
                            connectTimeout,
                            health,
                            circuit(section),
                            pool(section),
                            protocol,
                            section.integer("max_concurrent_streams", 1, ClusterConfig.MAX_STREAMS)
                                    .orElse(ClusterConfig.DEFAULT_STREAMS),
                            tls(section, endpoints, protocol, health)));
        }
        return byName;
    }

    private Optional<ClusterTls> tls(
            Section cluster, List<Endpoint> endpoints, UpstreamProtocol protocol, Optional<HealthConfig> health)
            throws ConfigException {
        Optional<Value> tls = cluster.find("tls");
        if (tls.isEmpty()) {
            return Optional.empty();
        }
        if (health.isPresent() && health.get().check() instanceof HealthConfig.Check.Http) {
            throw cluster.get("health", "a check").problem("http with tls, expected tcp: true (checks speak no TLS)");
        }
        return Optional.of(tlsReader.cluster(tls.get(), endpoints, protocol));
    }

    private static UpstreamProtocol protocol(Section cluster, Optional<HealthConfig> health) throws ConfigException {
        UpstreamProtocol protocol =
                cluster.choice("protocol", PROTOCOLS, "http1 or http2").orElse(UpstreamProtocol.HTTP_1_1);
        if (protocol == UpstreamProtocol.HTTP_2
                && health.isPresent()
                && health.get().check() instanceof HealthConfig.Check.Http) {
            throw cluster.get("health", "a check")
                    .problem("http with protocol: http2, expected tcp: true (checks speak HTTP/1.1 only)");
        }
        return protocol;
    }

    private static Circuit circuit(Section cluster) throws ConfigException {
        return new Circuit(
                cluster.integer("max_connections", 1, Circuit.MAX), cluster.integer("max_requests", 1, Circuit.MAX));
    }

    private static UpstreamPoolLimits pool(Section cluster) throws ConfigException {
        UpstreamPoolLimits base = UpstreamPoolLimits.DEFAULTS;
        return new UpstreamPoolLimits(
                cluster.integer("max_idle", 0, MAX_IDLE).orElse(base.maxIdle()),
                cluster.duration("idle_timeout", MIN_IDLE_TIMEOUT, MAX_IDLE_TIMEOUT, base.idleTimeout()));
    }

    private List<Endpoint> endpoints(Value list) throws ConfigException {
        Map<String, Endpoint> byText = new LinkedHashMap<>();
        for (Value item : list.items("endpoints", ClusterConfig.MAX_ENDPOINTS)) {
            Value value = item;
            int weight = 1;
            if (item.isMapping()) {
                Section section = item.section(Keys.ENDPOINT);
                value = section.get("address", ENDPOINT_FORM);
                weight = section.integer("weight", 1, Endpoint.MAX_WEIGHT).orElse(1);
            }
            String text = value.text(ENDPOINT_FORM);
            if (byText.put(text, new Endpoint(text, address(value, text), weight)) != null) {
                throw value.wrong("each endpoint once");
            }
        }
        return new ArrayList<>(byText.values());
    }

    private SocketAddress address(Value value, String text) throws ConfigException {
        if (Addresses.isUnix(text)) {
            return Addresses.unix(value, text);
        }
        HostPort hostPort = Addresses.hostPort(text).orElseThrow(() -> value.wrong(ENDPOINT_FORM));
        int port = Addresses.port(value, hostPort, 1);
        Optional<InetAddress> literal = Addresses.literal(hostPort.host());
        if (literal.isPresent()) {
            return new SocketAddress.Inet(literal.get(), port);
        }
        if (!hostPort.host().matches(HOST_NAME)) {
            throw value.wrong(ENDPOINT_FORM);
        }
        try {
            return new SocketAddress.Inet(resolver.resolve(hostPort.host()), port);
        } catch (UnknownHostException e) {
            throw value.wrong("a host that can be found (%s)".formatted(Words.plain(String.valueOf(e.getMessage()))));
        }
    }
}
