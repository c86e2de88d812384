package io.baton.envoy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.AdminConfig;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.ListenerConfig;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.UdpListenerConfig;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code static_resources.listeners}. */
final class ListenerReader {
    // stat_prefix names statistics only.
    private static final Fields LISTENER = Fields.of(
                    Listener.getDescriptor(),
                    "name",
                    "address",
                    "filter_chains",
                    "default_filter_chain",
                    "listener_filters",
                    "listener_filters_timeout",
                    "enable_reuse_port",
                    "bind_to_port",
                    "udp_listener_config")
            .harmless("stat_prefix");

    private static final Fields LISTENER_FILTER =
            Fields.of(ListenerFilter.getDescriptor(), "typed_config").harmless("name");
    private static final Fields TLS_INSPECTOR = Fields.of(TlsInspector.getDescriptor());

    private final Map<String, ClusterConfig> clusters;
    private final TlsReader tlsReader;

    ListenerReader(Map<String, ClusterConfig> clusters, TlsReader tlsReader) {
        this.clusters = clusters;
        this.tlsReader = tlsReader;
    }

    List<ListenerConfig> read(Part resources, Optional<AdminConfig> admin) throws ConfigException {
        List<ListenerConfig> listeners = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<SocketAddress, String> usedBy = new HashMap<>();
        admin.ifPresent(a -> usedBy.put(a.address(), "admin"));
        for (Part part : resources.list("listeners", LISTENER, BatonConfig.MAX_LISTENERS)) {
            String name = part.text("name").isEmpty() ? "listener_" + listeners.size() : ClusterReader.name(part);
            if (!names.add(name)) {
                throw part.problem("name", "%s, expected a name that is not taken".formatted(Words.quote(name)));
            }
            ListenerConfig listener = listener(part, name);
            String other = usedBy.putIfAbsent(listener.address(), "listener " + Words.quote(name));
            if (other != null) {
                throw part.problem("address", "%s has this one, expected an address of its own".formatted(other));
            }
            listeners.add(listener);
        }
        if (listeners.isEmpty()) {
            throw resources.problem("no listeners, expected at least one");
        }
        return listeners;
    }

    private ListenerConfig listener(Part part, String name) throws ConfigException {
        if (part.find("udp_listener_config", Fields.of(UdpListenerConfig.getDescriptor()))
                .isPresent()) {
            throw part.problem("udp_listener_config", "UDP is not supported yet, expected a TCP listener");
        }
        SocketAddress address =
                AddressReader.listener(part.get("address", AddressReader.FIELDS, "socket_address or pipe"), 1);
        if (!part.truth("bind_to_port").orElse(true)) {
            throw part.problem("bind_to_port", "false is not supported, expected true: Baton binds its listeners");
        }
        for (Part filter : part.list("listener_filters", LISTENER_FILTER, 1)) {
            // Baton looks for a server name where one is asked for, and nowhere else.
            filter.typed("typed_config", TLS_INSPECTOR);
        }
        FilterChains chains = new FilterChains(clusters, tlsReader).read(part);
        return new ListenerConfig(name, address, reusePort(part, address), chains.tls(), chains.protocol());
    }

    /** On by default, with Envoy as with Baton. */
    private static boolean reusePort(Part part, SocketAddress address) throws ConfigException {
        boolean tcp = address instanceof SocketAddress.Inet;
        Optional<Boolean> said = part.truth("enable_reuse_port");
        if (said.orElse(false) && !tcp) {
            throw part.problem("enable_reuse_port", "true on a pipe, expected false: it has no SO_REUSEPORT");
        }
        return said.orElse(tcp);
    }
}
