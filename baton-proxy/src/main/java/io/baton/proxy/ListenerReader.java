package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code listeners}. */
final class ListenerReader {
    private static final String TCP_FORM = "{ cluster: NAME }";
    private static final String SNI_FORM = "[ { server_name: HOST, cluster: NAME } ]";
    private static final String SERVER_NAME_FORM = "a host name without port, such as example.com or *.example.com";

    private final Set<String> clusters;
    private final Map<String, ClusterConfig> clusterConfigs;

    private final TlsReader tlsReader;

    /** @param clusters that there are, by name */
    ListenerReader(Map<String, ClusterConfig> clusters, TlsReader tlsReader) {
        this.clusters = clusters.keySet();
        this.clusterConfigs = clusters;
        this.tlsReader = tlsReader;
    }

    List<ListenerConfig> read(Section root, Optional<AdminConfig> admin) throws ConfigException {
        Map<String, ListenerConfig> byName = new LinkedHashMap<>();
        Map<SocketAddress, String> usedBy = new LinkedHashMap<>();
        admin.ifPresent(a -> usedBy.put(a.address(), "admin"));
        for (Value item : root.get("listeners", "a list of listeners").items("listeners", BatonConfig.MAX_LISTENERS)) {
            Section section = item.section(Keys.LISTENER);
            String name = ConfigReader.uniqueName(section, byName);
            Value addressValue = section.get("address", Addresses.FORM);
            SocketAddress address = Addresses.listener(addressValue, 1);
            String other = usedBy.putIfAbsent(address, "listener " + Words.quote(name));
            if (other != null) {
                throw addressValue.wrong("an address of its own, %s has this one".formatted(other));
            }
            boolean reusePort = reusePort(section, address);
            ProtocolConfig protocol = protocol(section);
            Optional<Value> tls = section.find("tls");
            if (protocol instanceof TcpConfig tcp) {
                checkSni(section, tcp, tls);
            }
            byName.put(
                    name,
                    new ListenerConfig(
                            name,
                            address,
                            reusePort,
                            tls.isPresent()
                                    ? Optional.of(tlsReader.listener(tls.get(), protocol instanceof HttpConfig))
                                    : Optional.empty(),
                            protocol));
        }
        return List.copyOf(byName.values());
    }

    private static boolean reusePort(Section listener, SocketAddress address) throws ConfigException {
        Optional<Value> value = listener.find("reuse_port");
        if (value.isEmpty()) {
            return BatonConfig.isTcp(address);
        }
        boolean reusePort = value.get().bool();
        if (reusePort && !BatonConfig.isTcp(address)) {
            throw value.get().wrong("false or no such key: a UNIX socket has no SO_REUSEPORT");
        }
        return reusePort;
    }

    private ProtocolConfig protocol(Section listener) throws ConfigException {
        Optional<Value> tcp = listener.find("tcp");
        Optional<Value> http = listener.find("http");
        if (tcp.isPresent() && http.isPresent()) {
            throw http.get().problem("tcp and http on one listener, expected one of them");
        }
        if (http.isPresent()) {
            return new HttpReader(clusters).read(http.get());
        }
        if (tcp.isPresent()) {
            return tcp(tcp.get().section(Keys.TCP));
        }
        throw listener.value()
                .problem("no key \"tcp\" or \"http\", expected tcp: %s or http: %s"
                        .formatted(TCP_FORM, HttpReader.FORM));
    }

    private TcpConfig tcp(Section tcp) throws ConfigException {
        Optional<Value> cluster = tcp.find("cluster");
        Optional<Value> sni = tcp.find("sni");
        if (cluster.isEmpty() && sni.isEmpty()) {
            throw tcp.value()
                    .problem("no key \"cluster\" or \"sni\", expected cluster: the name of a cluster or sni: %s"
                            .formatted(SNI_FORM));
        }
        Optional<Value> timeout = tcp.find("hello_timeout");
        if (timeout.isPresent() && sni.isEmpty()) {
            throw timeout.get().problem("hello_timeout without sni, expected both: nothing is waited for otherwise");
        }
        return new TcpConfig(
                cluster.isPresent() ? Optional.of(cluster(cluster.get(), clusters)) : Optional.empty(),
                sni.isPresent() ? sniRoutes(sni.get()) : List.of(),
                tcp.duration(
                        "hello_timeout",
                        TcpConfig.MIN_HELLO_TIMEOUT,
                        TcpConfig.MAX_HELLO_TIMEOUT,
                        TcpConfig.DEFAULT_HELLO_TIMEOUT),
                tcp.duration(
                        "idle_timeout", Duration.ZERO, TcpConfig.MAX_IDLE_TIMEOUT, TcpConfig.DEFAULT_IDLE_TIMEOUT));
    }

    private List<SniRoute> sniRoutes(Value sni) throws ConfigException {
        Map<String, SniRoute> routes = new LinkedHashMap<>();
        for (Value item : sni.items("routes", TcpConfig.MAX_SNI_ROUTES)) {
            Section route = item.section(Keys.SNI_ROUTE);
            Value value = route.get("server_name", SERVER_NAME_FORM);
            String name = serverName(value);
            String cluster = cluster(route.get("cluster", "the name of a cluster"), clusters);
            if (routes.putIfAbsent(name, new SniRoute(name, cluster)) != null) {
                throw value.wrong("each server name once");
            }
        }
        return List.copyOf(routes.values());
    }

    /** Who passes TLS on unopened neither ends it nor wraps it once more. */
    private void checkSni(Section listener, TcpConfig tcp, Optional<Value> tls) throws ConfigException {
        if (tcp.sni().isEmpty()) {
            return;
        }
        if (tls.isPresent()) {
            throw tls.get().problem("tls beside tcp.sni, expected one of them: sni passes TLS on without opening it");
        }
        for (String cluster : tcp.clusters()) {
            ClusterConfig to = clusterConfigs.get(cluster);
            if (to != null && to.tls().isPresent()) {
                throw listener.get("tcp", TCP_FORM)
                        .problem(
                                "sni with cluster %s, which has tls, expected one without: what is passed on is TLS already"
                                        .formatted(Words.quote(cluster)));
            }
        }
    }

    private static String serverName(Value value) throws ConfigException {
        String name = value.text(SERVER_NAME_FORM).toLowerCase(Locale.ROOT);
        if (name.equals("*")) {
            throw value.wrong(SERVER_NAME_FORM + " (every other name goes to tcp.cluster)");
        }
        if (!SniRoute.isServerName(name)) {
            throw value.wrong(SERVER_NAME_FORM);
        }
        return name;
    }

    /** The name of one of {@code clusters}. */
    static String cluster(Value value, Set<String> clusters) throws ConfigException {
        String cluster = value.text("the name of a cluster");
        if (!clusters.contains(cluster)) {
            throw value.wrong("the name of a cluster under clusters%s".formatted(Words.didYouMean(cluster, clusters)));
        }
        return cluster;
    }
}
