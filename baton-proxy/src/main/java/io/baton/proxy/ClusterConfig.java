package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where connections and requests go.
 *
 * @param connectTimeout for one attempt at one endpoint
 * @param health no active checks when empty
 * @param pool of connections kept for the next HTTP request
 * @param protocol that is spoken for HTTP requests
 * @param maxConcurrentStreams requests on one HTTP/2 connection
 * @param tls that is spoken with its endpoints
 */
public record ClusterConfig(
        String name,
        List<Endpoint> endpoints,
        Balance balance,
        Duration connectTimeout,
        Optional<HealthConfig> health,
        Circuit circuit,
        UpstreamPoolLimits pool,
        UpstreamProtocol protocol,
        int maxConcurrentStreams,
        Optional<ClusterTls> tls) {
    /** As many as HTTP/2 recommends to take. */
    public static final int DEFAULT_STREAMS = 100;

    static final int MAX_STREAMS = 10_000;

    /** Envoy's. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    public static final int MAX_ENDPOINTS = 256;

    static final Duration MIN_CONNECT_TIMEOUT = Duration.ofMillis(1);
    static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(10);

    public ClusterConfig {
        requireNonNull(balance, "balance is null");
        requireNonNull(health, "health is null");
        requireNonNull(circuit, "circuit is null");
        requireNonNull(pool, "pool is null");
        requireNonNull(protocol, "protocol is null");
        requireNonNull(tls, "tls is null");
        BatonConfig.requireWithin(maxConcurrentStreams, 1, MAX_STREAMS, "streams");
        endpoints = List.copyOf(endpoints);
        BatonConfig.require(BatonConfig.isName(name), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM));
        BatonConfig.require(
                !endpoints.isEmpty() && endpoints.size() <= MAX_ENDPOINTS,
                "1 to %d endpoints".formatted(MAX_ENDPOINTS));
        BatonConfig.requireWithin(connectTimeout, MIN_CONNECT_TIMEOUT, MAX_CONNECT_TIMEOUT, "a connect timeout");
    }

    /** That speaks HTTP/1.1. */
    public ClusterConfig(
            String name,
            List<Endpoint> endpoints,
            Balance balance,
            Duration connectTimeout,
            Optional<HealthConfig> health,
            Circuit circuit,
            UpstreamPoolLimits pool) {
        this(
                name,
                endpoints,
                balance,
                connectTimeout,
                health,
                circuit,
                pool,
                UpstreamProtocol.HTTP_1_1,
                DEFAULT_STREAMS,
                Optional.empty());
    }

    /** Without checks, without limits. */
    public ClusterConfig(String name, List<Endpoint> endpoints, Balance balance, Duration connectTimeout) {
        this(
                name,
                endpoints,
                balance,
                connectTimeout,
                Optional.empty(),
                Circuit.OPEN_ENDED,
                UpstreamPoolLimits.DEFAULTS);
    }

    /** How the next endpoint is chosen; an endpoint of weight 2 gets twice as much as one of weight 1. */
    public enum Balance {
        /** Each in turn. */
        ROUND_ROBIN,
        /** Of two taken at random the one that has less to do. */
        LEAST_REQUEST,
        RANDOM
    }

    /**
     * How much of it may go on at once, in one process; what is beyond is refused at once, for an upstream that is slow is
     * not helped by more.
     *
     * @param connections busy ones to the cluster: of TCP, and those that carry an HTTP request; empty: no limit
     * @param requests of HTTP; empty: no limit
     */
    public record Circuit(OptionalInt connections, OptionalInt requests) {
        static final int MAX = 1_000_000;

        public static final Circuit OPEN_ENDED = new Circuit(OptionalInt.empty(), OptionalInt.empty());

        public Circuit {
            BatonConfig.requireWithin(connections.orElse(1), 1, MAX, "connections");
            BatonConfig.requireWithin(requests.orElse(1), 1, MAX, "requests");
        }
    }
}
