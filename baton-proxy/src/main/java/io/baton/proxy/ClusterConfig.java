package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * Where connections go.
 *
 * @param connectTimeout for one attempt at one endpoint
 */
public record ClusterConfig(String name, List<Endpoint> endpoints, Balance balance, Duration connectTimeout) {
    /** Envoy's. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    public static final int MAX_ENDPOINTS = 256;

    static final Duration MIN_CONNECT_TIMEOUT = Duration.ofMillis(1);
    static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(10);

    public ClusterConfig {
        requireNonNull(balance, "balance is null");
        endpoints = List.copyOf(endpoints);
        BatonConfig.require(BatonConfig.isName(name), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM));
        BatonConfig.require(
                !endpoints.isEmpty() && endpoints.size() <= MAX_ENDPOINTS,
                "1 to %d endpoints".formatted(MAX_ENDPOINTS));
        BatonConfig.require(
                connectTimeout.compareTo(MIN_CONNECT_TIMEOUT) >= 0
                        && connectTimeout.compareTo(MAX_CONNECT_TIMEOUT) <= 0,
                "a connect timeout from %s to %s".formatted(MIN_CONNECT_TIMEOUT, MAX_CONNECT_TIMEOUT));
    }

    /** How the next endpoint is chosen. */
    public enum Balance {
        ROUND_ROBIN
    }
}
