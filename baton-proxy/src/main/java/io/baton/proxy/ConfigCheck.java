package io.baton.proxy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

    static ConfigCheck of(BatonConfig config) {
        List<String> warnings = new ArrayList<>();
        Set<String> used = config.listeners().stream()
                .map(listener -> listener.tcp().cluster())
                .collect(Collectors.toSet());
        for (ClusterConfig cluster : config.clusters()) {
            if (!used.contains(cluster.name())) {
                warnings.add("cluster \"%s\" is used by no listener".formatted(cluster.name()));
            }
        }
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
}
