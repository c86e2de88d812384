package io.baton.envoy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.AdminConfig;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HandoverConfig;
import io.baton.proxy.HostResolver;
import io.baton.proxy.LimitsConfig;
import io.baton.proxy.ListenerConfig;
import io.baton.proxy.TlsFiles;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.ClusterManager;
import io.envoyproxy.envoy.config.bootstrap.v3.Watchdog;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the whole: admin, clusters, listeners. */
final class BootstrapReader {
    // node names this Envoy to a control plane and in statistics; Baton has neither.
    static final Fields FIELDS = Fields.of(
                    Bootstrap.getDescriptor(),
                    "static_resources",
                    "admin",
                    "dynamic_resources",
                    "cluster_manager",
                    "watchdog")
            .harmless("node");

    private static final Fields STATIC = Fields.of(Bootstrap.StaticResources.getDescriptor(), "listeners", "clusters");
    private static final Fields ADMIN = Fields.of(Admin.getDescriptor(), "address", "access_log", "access_log_path");

    private final HostResolver resolver;
    private final TlsFiles files;

    BootstrapReader(HostResolver resolver, TlsFiles files) {
        this.resolver = resolver;
        this.files = files;
    }

    BatonConfig read(Part bootstrap) throws ConfigException {
        // Empty ones stand in many a config of Envoy, and say nothing.
        bootstrap.find("dynamic_resources", Fields.of(Bootstrap.DynamicResources.getDescriptor()));
        bootstrap.find("cluster_manager", Fields.of(ClusterManager.getDescriptor()));
        bootstrap.find("watchdog", Fields.of(Watchdog.getDescriptor()));
        Optional<Part> adminPart = bootstrap.find("admin", ADMIN);
        Optional<AdminConfig> admin = adminPart.isPresent() ? admin(adminPart.get()) : Optional.empty();
        Part resources = bootstrap.get("static_resources", STATIC, "listeners and clusters");
        TlsReader tls = new TlsReader(files);
        Map<String, ClusterConfig> clusters = new ClusterReader(resolver, tls).read(resources);
        List<ListenerConfig> listeners = new ListenerReader(clusters, tls).read(resources, admin);
        return new BatonConfig(
                admin,
                listeners,
                List.copyOf(clusters.values()),
                Optional.empty(),
                HandoverConfig.DEFAULT,
                LimitsConfig.DEFAULT);
    }

    private static Optional<AdminConfig> admin(Part admin) throws ConfigException {
        AccessLogs.checkNone(admin);
        String path = admin.text("access_log_path");
        if (!path.isEmpty() && !path.equals(AccessLogs.NOWHERE)) {
            throw admin.problem("access_log_path", AccessLogs.REFUSAL);
        }
        Optional<Part> address = admin.find("address", AddressReader.FIELDS);
        if (address.isEmpty()) {
            return Optional.empty(); // Envoy then has no admin either
        }
        if (AddressReader.listener(address.get(), 0) instanceof SocketAddress.Inet inet) {
            return Optional.of(new AdminConfig(inet));
        }
        throw address.get().problem("a pipe, expected socket_address: Baton's admin speaks TCP");
    }
}
