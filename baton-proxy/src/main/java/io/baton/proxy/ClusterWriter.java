package io.baton.proxy;

import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.HealthConfig.Check;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes one of {@code clusters}. */
final class ClusterWriter {
    private ClusterWriter() {}

    static Map<String, Object> cluster(ClusterConfig cluster) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("name", cluster.name());
        section.put(
                "endpoints",
                cluster.endpoints().stream().map(ClusterWriter::endpoint).toList());
        if (cluster.balance() != Balance.ROUND_ROBIN) {
            section.put("balance", cluster.balance().name().toLowerCase(Locale.ROOT));
        }
        ConfigWriter.put(section, "connect_timeout", cluster.connectTimeout(), ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
        cluster.health().ifPresent(health -> section.put("health", health(health)));
        cluster.circuit().connections().ifPresent(most -> section.put("max_connections", most));
        cluster.circuit().requests().ifPresent(most -> section.put("max_requests", most));
        UpstreamPoolLimits base = UpstreamPoolLimits.DEFAULTS;
        ConfigWriter.put(section, "idle_timeout", cluster.pool().idleTimeout(), base.idleTimeout());
        ConfigWriter.put(section, "max_idle", cluster.pool().maxIdle(), base.maxIdle());
        if (cluster.protocol() == UpstreamProtocol.HTTP_2) {
            section.put("protocol", "http2");
        }
        ConfigWriter.put(
                section, "max_concurrent_streams", cluster.maxConcurrentStreams(), ClusterConfig.DEFAULT_STREAMS);
        cluster.tls().ifPresent(tls -> section.put("tls", tls(tls)));
        return section;
    }

    /** As it was written, for a host name's address is asked for again. */
    private static Object endpoint(Endpoint endpoint) {
        if (endpoint.weight() == 1) {
            return endpoint.written();
        }
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("address", endpoint.written());
        section.put("weight", endpoint.weight());
        return section;
    }

    private static Map<String, Object> tls(ClusterTls tls) {
        Map<String, Object> section = new LinkedHashMap<>();
        tls.serverName().ifPresent(name -> section.put("server_name", name));
        tls.ca().ifPresent(ca -> section.put("ca", ca.toString()));
        tls.certificate().ifPresent(files -> section.putAll(ListenerWriter.certificate(files)));
        return section;
    }

    private static Map<String, Object> health(HealthConfig health) {
        Map<String, Object> section = new LinkedHashMap<>();
        switch (health.check()) {
            case Check.Tcp() -> section.put("tcp", true);
            case Check.Http http -> {
                section.put("http", http.path());
                http.host().ifPresent(host -> section.put("host", host));
                if (http.lowest() != Check.Http.DEFAULT_LOWEST || http.highest() != Check.Http.DEFAULT_HIGHEST) {
                    section.put("status", http.lowest() + "-" + http.highest());
                }
            }
        }
        ConfigWriter.put(section, "interval", health.interval(), HealthConfig.DEFAULT_INTERVAL);
        ConfigWriter.put(section, "timeout", health.timeout(), HealthConfig.DEFAULT_TIMEOUT);
        ConfigWriter.put(section, "healthy", health.healthy(), HealthConfig.DEFAULT_HEALTHY);
        ConfigWriter.put(section, "unhealthy", health.unhealthy(), HealthConfig.DEFAULT_UNHEALTHY);
        return section;
    }
}
