package io.baton.proxy;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Bytes are relayed as they come.
 *
 * @param cluster where connections go of which {@code sni} says nothing else; empty: they are reset
 * @param sni where TLS connections go by the server name that the client asks for; each name once. Without any, nothing is waited for
 * @param helloTimeout how long a client may take to say that name
 * @param idleTimeout a connection on which neither side sends for this long is closed; zero: never
 */
public record TcpConfig(Optional<String> cluster, List<SniRoute> sni, Duration helloTimeout, Duration idleTimeout)
        implements ProtocolConfig {
    /** Envoy's. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofHours(1);

    /** Time for a hello that was lost twice on its way. */
    public static final Duration DEFAULT_HELLO_TIMEOUT = Duration.ofSeconds(5);

    static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(7);
    static final Duration MIN_HELLO_TIMEOUT = Duration.ofMillis(10);
    static final Duration MAX_HELLO_TIMEOUT = Duration.ofMinutes(10);

    /** As many as a http listener may have routes. */
    public static final int MAX_SNI_ROUTES = HttpConfig.MAX_ROUTES;

    public TcpConfig {
        sni = List.copyOf(sni);
        BatonConfig.require(cluster.isPresent() || !sni.isEmpty(), "a cluster, or some by server name");
        cluster.ifPresent(name -> BatonConfig.require(
                BatonConfig.isName(name), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM)));
        BatonConfig.require(sni.size() <= MAX_SNI_ROUTES, "at most %d server names".formatted(MAX_SNI_ROUTES));
        BatonConfig.require(
                sni.stream().map(SniRoute::serverName).distinct().count() == sni.size(), "each server name once");
        BatonConfig.requireWithin(helloTimeout, MIN_HELLO_TIMEOUT, MAX_HELLO_TIMEOUT, "a hello timeout");
        BatonConfig.require(
                !idleTimeout.isNegative() && idleTimeout.compareTo(MAX_IDLE_TIMEOUT) <= 0,
                "an idle timeout of at most %s".formatted(MAX_IDLE_TIMEOUT));
    }

    /** All connections to one cluster. */
    public TcpConfig(String cluster, Duration idleTimeout) {
        this(Optional.of(cluster), List.of(), DEFAULT_HELLO_TIMEOUT, idleTimeout);
    }

    @Override
    public Set<String> clusters() {
        Set<String> names = new LinkedHashSet<>();
        cluster.ifPresent(names::add);
        sni.forEach(route -> names.add(route.cluster()));
        return names;
    }
}
