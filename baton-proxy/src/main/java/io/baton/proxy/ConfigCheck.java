package io.baton.proxy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code baton check} says about a config that can be loaded.
 *
 * @param warnings one line each: what will probably not do what its author wants
 */
public record ConfigCheck(BatonConfig config, List<String> warnings) {
    public ConfigCheck {
        warnings = List.copyOf(warnings);
    }

    /** Loads {@code file} and looks around it; binds, connects and writes nothing. */
    public static ConfigCheck check(Path file) throws ConfigException {
        return of(ConfigLoader.load(file));
    }

    /** Looks around what was loaded; binds, connects and writes nothing. */
    public static ConfigCheck of(BatonConfig config) {
        List<String> warnings = new ArrayList<>();
        clusters(config, warnings);
        config.listeners().forEach(listener -> routes(listener, warnings));
        config.admin()
                .filter(admin -> !admin.isLoopback())
                .ifPresent(admin ->
                        warnings.add("admin.address %s is not loopback: everybody who reaches it can stop the server"
                                .formatted(Addresses.format(admin.address()))));
        config.accessLog().map(AccessLogConfig::path).ifPresent(log -> {
            @Nullable Path directory = log.getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                warnings.add("access_log.path %s: there is no directory %s".formatted(log, directory));
            }
        });
        return new ConfigCheck(config, warnings);
    }

    private static void clusters(BatonConfig config, List<String> warnings) {
        Set<String> byTcp = new HashSet<>();
        Set<String> byHttp = new HashSet<>();
        for (ListenerConfig listener : config.listeners()) {
            switch (listener.protocol()) {
                case TcpConfig tcp -> byTcp.addAll(tcp.clusters());
                case HttpConfig http -> byHttp.addAll(http.clusters());
            }
        }
        for (ClusterConfig cluster : config.clusters()) {
            String name = cluster.name();
            if (!byTcp.contains(name) && !byHttp.contains(name)) {
                warnings.add("cluster \"%s\" is used by no listener".formatted(name));
            } else if (!byHttp.contains(name) && cluster.circuit().requests().isPresent()) {
                warnings.add("cluster \"%s\": max_requests has no effect, only tcp listeners use it".formatted(name));
            }
        }
    }

    /** The first route that matches counts: who is used to the longest prefix puts the general one first. */
    private static void routes(ListenerConfig listener, List<String> warnings) {
        if (!(listener.protocol() instanceof HttpConfig http)) {
            return;
        }
        List<RouteConfig> routes = http.routes();
        for (int later = 1; later < routes.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (routes.get(earlier).covers(routes.get(later))) {
                    warnings.add(
                            "listener \"%s\": routes[%d] is never reached, routes[%d] before it matches the same and more"
                                    .formatted(listener.name(), later, earlier));
                    break;
                }
            }
        }
    }
}
