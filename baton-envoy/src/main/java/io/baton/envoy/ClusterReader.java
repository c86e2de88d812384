package io.baton.envoy;

import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.posix.SocketAddress;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.ClusterConfig.Circuit;
import io.baton.proxy.ClusterTls;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Endpoint;
import io.baton.proxy.HealthConfig;
import io.baton.proxy.HealthConfig.Check;
import io.baton.proxy.HostResolver;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads {@code static_resources.clusters}. */
final class ClusterReader {
    // alt_stat_name names statistics only.
    private static final Fields CLUSTER = Fields.of(
                    Cluster.getDescriptor(),
                    "name",
                    "type",
                    "connect_timeout",
                    "load_assignment",
                    "lb_policy",
                    "health_checks",
                    "circuit_breakers",
                    "transport_socket",
                    "typed_extension_protocol_options",
                    "http2_protocol_options",
                    "dns_lookup_family")
            .harmless("alt_stat_name");

    // cluster_name is for EDS; in a bootstrap it repeats the cluster's.
    private static final Fields ASSIGNMENT =
            Fields.of(ClusterLoadAssignment.getDescriptor(), "endpoints").harmless("cluster_name");
    private static final Fields LOCALITY = Fields.of(LocalityLbEndpoints.getDescriptor(), "lb_endpoints");
    private static final Fields LB_ENDPOINT =
            Fields.of(LbEndpoint.getDescriptor(), "endpoint", "health_status", "load_balancing_weight");
    private static final Fields ENDPOINT =
            Fields.of(io.envoyproxy.envoy.config.endpoint.v3.Endpoint.getDescriptor(), "address");
    private static final Fields BREAKERS = Fields.of(CircuitBreakers.getDescriptor(), "thresholds");

    // Of pending requests and retries Baton has none: these two hold whatever they say.
    private static final Fields THRESHOLDS = Fields.of(
                    CircuitBreakers.Thresholds.getDescriptor(), "priority", "max_connections", "max_requests")
            .harmless("max_pending_requests", "max_retries");

    /** Which extension it is says the type of its config. */
    static final Fields TRANSPORT_SOCKET =
            Fields.of(TransportSocket.getDescriptor(), "typed_config").harmless("name");

    private static final Map<String, Balance> BALANCES = Map.of(
            "ROUND_ROBIN", Balance.ROUND_ROBIN, "LEAST_REQUEST", Balance.LEAST_REQUEST, "RANDOM", Balance.RANDOM);

    private static final Duration MIN_CONNECT_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_CIRCUIT = 1_000_000;

    private final HostResolver resolver;
    private final TlsReader tlsReader;

    ClusterReader(HostResolver resolver, TlsReader tlsReader) {
        this.resolver = resolver;
        this.tlsReader = tlsReader;
    }

    /** By name, in the order of the file. */
    Map<String, ClusterConfig> read(Part resources) throws ConfigException {
        Map<String, ClusterConfig> byName = new LinkedHashMap<>();
        for (Part cluster : resources.list("clusters", CLUSTER, BatonConfig.MAX_CLUSTERS)) {
            String name = name(cluster);
            if (byName.put(name, cluster(cluster, name)) != null) {
                throw cluster.problem("name", "%s, expected a name that is not taken".formatted(Words.quote(name)));
            }
        }
        return byName;
    }

    /** Of a cluster or a listener. */
    static String name(Part part) throws ConfigException {
        String name = part.text("name");
        if (!BatonConfig.isName(name)) {
            throw part.problem("name", "%s, expected a name of %s".formatted(Words.quote(name), BatonConfig.NAME_FORM));
        }
        return name;
    }

    private ClusterConfig cluster(Part cluster, String name) throws ConfigException {
        List<Endpoint> endpoints = endpoints(cluster);
        UpstreamHttp http = UpstreamHttp.read(cluster);
        Optional<HealthConfig> health = HealthReader.read(cluster, name);
        boolean checkedByHttp = health.isPresent() && health.get().check() instanceof Check.Http;
        if (checkedByHttp && http.protocol() == UpstreamProtocol.HTTP_2) {
            throw cluster.problem(
                    "health_checks",
                    "http_health_check of a HTTP/2 cluster, expected tcp_health_check: Baton's checks speak HTTP/1.1 only");
        }
        Optional<Part> socket = cluster.find("transport_socket", TRANSPORT_SOCKET);
        if (checkedByHttp && socket.isPresent()) {
            throw cluster.problem(
                    "health_checks",
                    "http_health_check of a TLS cluster, expected tcp_health_check: Baton's checks speak no TLS");
        }
        Optional<ClusterTls> tls = socket.isPresent()
                ? Optional.of(tlsReader.cluster(socket.get(), endpoints, http.protocol()))
                : Optional.empty();
        return new ClusterConfig(
                name,
                endpoints,
                balance(cluster),
                Times.get(
                        cluster,
                        "connect_timeout",
                        MIN_CONNECT_TIMEOUT,
                        MAX_CONNECT_TIMEOUT,
                        ClusterConfig.DEFAULT_CONNECT_TIMEOUT),
                health,
                circuit(cluster),
                new UpstreamPoolLimits(UpstreamPoolLimits.DEFAULTS.maxIdle(), http.idleTimeout()),
                http.protocol(),
                http.streams(),
                tls);
    }

    private static Balance balance(Part cluster) throws ConfigException {
        String policy = cluster.choice("lb_policy");
        Balance balance = BALANCES.get(policy);
        if (balance == null) {
            throw cluster.problem(
                    "lb_policy",
                    "%s is not supported, expected ROUND_ROBIN, LEAST_REQUEST or RANDOM".formatted(policy));
        }
        return balance;
    }

    private static Circuit circuit(Part cluster) throws ConfigException {
        Optional<Part> breakers = cluster.find("circuit_breakers", BREAKERS);
        if (breakers.isEmpty()) {
            return Circuit.OPEN_ENDED;
        }
        OptionalInt connections = OptionalInt.empty();
        OptionalInt requests = OptionalInt.empty();
        for (Part thresholds : breakers.get().list("thresholds", THRESHOLDS, 1)) {
            if (!thresholds.choice("priority").equals("DEFAULT")) {
                throw thresholds.problem("priority", "HIGH is not supported, expected DEFAULT: all routes are that");
            }
            connections = thresholds.number("max_connections", 1, MAX_CIRCUIT);
            requests = thresholds.number("max_requests", 1, MAX_CIRCUIT);
        }
        return new Circuit(connections, requests);
    }

    private List<Endpoint> endpoints(Part cluster) throws ConfigException {
        String type = cluster.choice("type");
        Optional<HostResolver> names = switch (type) {
            case "STATIC" -> Optional.empty();
            case "STRICT_DNS", "LOGICAL_DNS" -> Optional.of(resolver);
            default ->
                throw cluster.problem(
                        "type", "%s is not supported, expected STATIC, STRICT_DNS or LOGICAL_DNS".formatted(type));
        };
        String family = cluster.choice("dns_lookup_family");
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        Part assignment = cluster.get("load_assignment", ASSIGNMENT, "one with endpoints");
        for (Part locality : assignment.list("endpoints", LOCALITY, ClusterConfig.MAX_ENDPOINTS)) {
            for (Part item : locality.list("lb_endpoints", LB_ENDPOINT, ClusterConfig.MAX_ENDPOINTS)) {
                Endpoint endpoint = endpoint(item, names, family);
                if (endpoints.put(endpoint.written(), endpoint) != null) {
                    throw item.problem("%s again, expected each endpoint once".formatted(endpoint.written()));
                }
            }
        }
        if (endpoints.isEmpty() || endpoints.size() > ClusterConfig.MAX_ENDPOINTS) {
            throw assignment.problem(
                    "%d lb_endpoints, expected 1 to %d".formatted(endpoints.size(), ClusterConfig.MAX_ENDPOINTS));
        }
        return List.copyOf(endpoints.values());
    }

    private static Endpoint endpoint(Part item, Optional<HostResolver> names, String family) throws ConfigException {
        String health = item.choice("health_status");
        if (!health.equals("UNKNOWN") && !health.equals("HEALTHY")) {
            throw item.problem("health_status", "%s is not supported, expected UNKNOWN or HEALTHY".formatted(health));
        }
        Part endpoint = item.get("endpoint", ENDPOINT, "one with an address");
        Part address = endpoint.get("address", AddressReader.FIELDS, "socket_address or pipe");
        AddressReader.Place place = AddressReader.endpoint(address, names);
        if (place.named() && place.address() instanceof SocketAddress.Inet inet) {
            checkFamily(address, inet.host(), family);
        }
        int weight =
                item.number("load_balancing_weight", 1, Endpoint.MAX_WEIGHT).orElse(1);
        return new Endpoint(place.written(), place.address(), weight);
    }

    /** The first address that the system gives is taken: when it is not of the family that is asked for, there is none. */
    private static void checkFamily(Part address, InetAddress found, String family) throws ConfigException {
        boolean four = found instanceof Inet4Address;
        if ((family.equals("V4_ONLY") && !four) || (family.equals("V6_ONLY") && four)) {
            throw address.problem("the system's first address of it is %s, expected one of dns_lookup_family %s"
                    .formatted(found.getHostAddress(), family));
        }
    }
}
