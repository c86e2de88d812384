package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A whole config: names and addresses are unique, and every listener's cluster is there. Immutable.
 *
 * @param admin no admin server when empty
 * @param accessLog no access log when empty
 */
public record BatonConfig(
        Optional<AdminConfig> admin,
        List<ListenerConfig> listeners,
        List<ClusterConfig> clusters,
        Optional<AccessLogConfig> accessLog,
        HandoverConfig handover,
        LimitsConfig limits) {

    public static final int MAX_LISTENERS = 256;
    public static final int MAX_CLUSTERS = 1024;

    /** Names are part of the names of statistics and of log lines. */
    public static final String NAME_FORM = "1 to 64 of A-Z a-z 0-9 _ . -";

    public BatonConfig {
        requireNonNull(admin, "admin is null");
        requireNonNull(accessLog, "accessLog is null");
        requireNonNull(handover, "handover is null");
        requireNonNull(limits, "limits is null");
        listeners = List.copyOf(listeners);
        clusters = List.copyOf(clusters);
        require(
                !listeners.isEmpty() && listeners.size() <= MAX_LISTENERS,
                "1 to %d listeners".formatted(MAX_LISTENERS));
        require(clusters.size() <= MAX_CLUSTERS, "at most %d clusters".formatted(MAX_CLUSTERS));
        require(unique(listeners, ListenerConfig::name), "listeners with different names");
        require(unique(listeners, ListenerConfig::address), "listeners with different addresses");
        require(unique(clusters, ClusterConfig::name), "clusters with different names");
        Set<String> names = new HashSet<>();
        clusters.forEach(cluster -> names.add(cluster.name()));
        for (ListenerConfig listener : listeners) {
            listener.protocol()
                    .clusters()
                    .forEach(cluster -> require(names.contains(cluster), "a cluster named %s".formatted(cluster)));
            admin.ifPresent(
                    a -> require(!a.address().equals(listener.address()), "the admin on an address of its own"));
        }
    }

    /** The cluster of that name; it is there for every name in a listener. */
    public ClusterConfig cluster(String name) {
        return clusters.stream()
                .filter(cluster -> cluster.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no cluster " + Words.quote(name)));
    }

    private static <T> boolean unique(List<T> items, Function<T, ?> key) {
        return items.stream().map(key).distinct().count() == items.size();
    }

    /** The loader finds these with their place in the file first; this is for configs made in code. */
    static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }

    static void requireWithin(int value, int min, int max, String what) {
        require(value >= min && value <= max, "%s from %d to %d".formatted(what, min, max));
    }

    static void requireWithin(Duration value, Duration min, Duration max, String what) {
        require(
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                "%s from %s to %s".formatted(what, Durations.format(min), Durations.format(max)));
    }

    public static boolean isName(String name) {
        return name.matches("[A-Za-z0-9_.-]{1,64}");
    }

    static boolean isTcp(SocketAddress address) {
        return address instanceof SocketAddress.Inet;
    }
}
