package io.baton.proxy;

import java.time.Duration;
import java.util.Set;

/**
 * Bytes are relayed as they come.
 *
 * @param idleTimeout a connection on which neither side sends for this long is closed; zero: never
 */
public record TcpConfig(String cluster, Duration idleTimeout) implements ProtocolConfig {
    /** Envoy's. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofHours(1);

    static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(7);

    public TcpConfig {
        BatonConfig.require(BatonConfig.isName(cluster), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM));
        BatonConfig.require(
                !idleTimeout.isNegative() && idleTimeout.compareTo(MAX_IDLE_TIMEOUT) <= 0,
                "an idle timeout of at most %s".formatted(MAX_IDLE_TIMEOUT));
    }

    @Override
    public Set<String> clusters() {
        return Set.of(cluster);
    }
}
