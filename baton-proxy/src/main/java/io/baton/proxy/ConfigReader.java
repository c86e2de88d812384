package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.AccessLogConfig.Format;
import io.baton.proxy.Addresses.HostPort;
import io.baton.proxy.ClusterConfig.Balance;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** From the tree to the records: each method reads one mapping and knows its defaults. */
final class ConfigReader {
    private static final String ENDPOINT_FORM = "HOST:PORT, [IPV6]:PORT or unix:/PATH";

    /** A name of letters, digits and hyphens whose last label is not a number: 1.2.3.400 is a wrong address, not a name. */
    private static final String HOST_NAME = "(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\\.)*[A-Za-z][A-Za-z0-9-]{0,62}\\.?";

    private final Path directory;
    private final HostResolver resolver;

    /** @param directory where relative paths start, absolute */
    ConfigReader(Path directory, HostResolver resolver) {
        this.directory = directory;
        this.resolver = resolver;
    }

    BatonConfig read(Value document) throws ConfigException {
        Section root = document.section(Keys.ROOT);
        // Clusters first: a listener names one.
        Map<String, ClusterConfig> clusters = clusters(root);
        Optional<AdminConfig> admin = admin(root);
        List<ListenerConfig> listeners = listeners(root, clusters, admin);
        return new BatonConfig(
                admin, listeners, List.copyOf(clusters.values()), accessLog(root), handover(root), limits(root));
    }

    private static Optional<AdminConfig> admin(Section root) throws ConfigException {
        Optional<Value> value = root.find("admin");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        Value address = value.get().section(Keys.ADMIN).get("address", "IP:PORT or [IPV6]:PORT");
        if (Addresses.listener(address, 0) instanceof SocketAddress.Inet inet) {
            return Optional.of(new AdminConfig(inet));
        }
        throw address.wrong("IP:PORT or [IPV6]:PORT");
    }

    private static List<ListenerConfig> listeners(
            Section root, Map<String, ClusterConfig> clusters, Optional<AdminConfig> admin) throws ConfigException {
        Map<String, ListenerConfig> byName = new LinkedHashMap<>();
        Map<SocketAddress, String> usedBy = new LinkedHashMap<>();
        admin.ifPresent(a -> usedBy.put(a.address(), "admin"));
        for (Value item : root.get("listeners", "a list of listeners").items("listeners", BatonConfig.MAX_LISTENERS)) {
            Section section = item.section(Keys.LISTENER);
            String name = uniqueName(section, byName);
            Value addressValue = section.get("address", Addresses.FORM);
            SocketAddress address = Addresses.listener(addressValue, 1);
            String other = usedBy.putIfAbsent(address, "listener " + Words.quote(name));
            if (other != null) {
                throw addressValue.wrong("an address of its own, %s has this one".formatted(other));
            }
            boolean reusePort = reusePort(section, address);
            byName.put(name, new ListenerConfig(name, address, reusePort, tcp(section, clusters)));
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

    private static TcpConfig tcp(Section listener, Map<String, ClusterConfig> clusters) throws ConfigException {
        Section tcp = listener.get("tcp", "{ cluster: NAME }").section(Keys.TCP);
        Value clusterValue = tcp.get("cluster", "the name of a cluster");
        String cluster = clusterValue.text("the name of a cluster");
        if (!clusters.containsKey(cluster)) {
            throw clusterValue.wrong(
                    "the name of a cluster under clusters%s".formatted(Words.didYouMean(cluster, clusters.keySet())));
        }
        Duration idle = duration(
                tcp, "idle_timeout", Duration.ZERO, TcpConfig.MAX_IDLE_TIMEOUT, TcpConfig.DEFAULT_IDLE_TIMEOUT);
        return new TcpConfig(cluster, idle);
    }

    private Map<String, ClusterConfig> clusters(Section root) throws ConfigException {
        Map<String, ClusterConfig> byName = new LinkedHashMap<>();
        for (Value item : root.get("clusters", "a list of clusters").items("clusters", BatonConfig.MAX_CLUSTERS)) {
            Section section = item.section(Keys.CLUSTER);
            String name = uniqueName(section, byName);
            List<Endpoint> endpoints = endpoints(section.get("endpoints", "a list of endpoints"));
            Duration connectTimeout = duration(
                    section,
                    "connect_timeout",
                    ClusterConfig.MIN_CONNECT_TIMEOUT,
                    ClusterConfig.MAX_CONNECT_TIMEOUT,
                    ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
            byName.put(name, new ClusterConfig(name, endpoints, balance(section), connectTimeout));
        }
        return byName;
    }

    private static Balance balance(Section cluster) throws ConfigException {
        Optional<Value> value = cluster.find("balance");
        if (value.isEmpty()) {
            return Balance.ROUND_ROBIN;
        }
        return switch (value.get().text("round_robin")) {
            case "round_robin" -> Balance.ROUND_ROBIN;
            case "least_request" ->
                throw value.get().problem("\"least_request\" is not supported yet, expected round_robin");
            default -> throw value.get().wrong("round_robin");
        };
    }

    private List<Endpoint> endpoints(Value list) throws ConfigException {
        Map<String, Endpoint> byText = new LinkedHashMap<>();
        for (Value value : list.items("endpoints", ClusterConfig.MAX_ENDPOINTS)) {
            String text = value.text(ENDPOINT_FORM);
            if (byText.put(text, new Endpoint(text, endpointAddress(value, text))) != null) {
                throw value.wrong("each endpoint once");
            }
        }
        return new ArrayList<>(byText.values());
    }

    private SocketAddress endpointAddress(Value value, String text) throws ConfigException {
        if (Addresses.isUnix(text)) {
            return Addresses.unix(value, text);
        }
        HostPort hostPort = Addresses.hostPort(text).orElseThrow(() -> value.wrong(ENDPOINT_FORM));
        int port = Addresses.port(value, hostPort, 1);
        Optional<InetAddress> literal = Addresses.literal(hostPort.host());
        if (literal.isPresent()) {
            return new SocketAddress.Inet(literal.get(), port);
        }
        if (!hostPort.host().matches(HOST_NAME)) {
            throw value.wrong(ENDPOINT_FORM);
        }
        try {
            return new SocketAddress.Inet(resolver.resolve(hostPort.host()), port);
        } catch (UnknownHostException e) {
            throw value.wrong("a host that can be found (%s)".formatted(Words.plain(String.valueOf(e.getMessage()))));
        }
    }

    private Optional<AccessLogConfig> accessLog(Section root) throws ConfigException {
        Optional<Value> value = root.find("access_log");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        Section section = value.get().section(Keys.ACCESS_LOG);
        Value pathValue = section.get("path", "the path of a file");
        String path = pathValue.text("the path of a file");
        if (path.indexOf('\0') >= 0 || path.endsWith("/")) {
            throw pathValue.wrong("the path of a file");
        }
        Format format = Format.TEXT;
        Optional<Value> formatValue = section.find("format");
        if (formatValue.isPresent()) {
            format = format(formatValue.get());
        }
        return Optional.of(new AccessLogConfig(directory.resolve(path), format));
    }

    private static Format format(Value value) throws ConfigException {
        return switch (value.text("text or json")) {
            case "text" -> Format.TEXT;
            case "json" -> Format.JSON;
            default -> throw value.wrong("text or json");
        };
    }

    private static HandoverConfig handover(Section root) throws ConfigException {
        HandoverConfig base = HandoverConfig.DEFAULT;
        Optional<Value> value = root.find("handover");
        if (value.isEmpty()) {
            return base;
        }
        Section section = value.get().section(Keys.HANDOVER);
        Duration drain = duration(section, "drain", Duration.ZERO, HandoverConfig.MAX_DRAIN, base.drain());
        Duration parentShutdown = duration(
                section, "parent_shutdown", Duration.ZERO, HandoverConfig.MAX_PARENT_SHUTDOWN, base.parentShutdown());
        if (parentShutdown.compareTo(drain) <= 0) {
            throw outlived(section, drain, parentShutdown);
        }
        Optional<Value> batch = section.find("batch");
        Optional<Value> rate = section.find("rate");
        return new HandoverConfig(
                drain,
                parentShutdown,
                batch.isPresent() ? batch.get().integer(1, HandoverConfig.MAX_BATCH) : base.batch(),
                rate.isPresent() ? rate.get().integer(0, HandoverConfig.MAX_RATE) : base.rate(),
                duration(section, "rehearsal", Duration.ZERO, HandoverConfig.MAX_REHEARSAL, base.rehearsal()),
                duration(
                        section,
                        "ready_timeout",
                        HandoverConfig.MIN_READY_TIMEOUT,
                        HandoverConfig.MAX_READY_TIMEOUT,
                        base.readyTimeout()));
    }

    /** Points at the key that was written: parent_shutdown, or drain when the other is a default. */
    private static ConfigException outlived(Section section, Duration drain, Duration parentShutdown)
            throws ConfigException {
        boolean written = section.find("parent_shutdown").isPresent();
        Value culprit = written ? section.get("parent_shutdown", "a duration") : section.get("drain", "a duration");
        return culprit.problem("parent_shutdown=%s%s must exceed drain=%s, or the parent dies while it drains"
                .formatted(Durations.format(parentShutdown), written ? "" : " (default)", Durations.format(drain)));
    }

    private static LimitsConfig limits(Section root) throws ConfigException {
        Optional<Value> value = root.find("limits");
        if (value.isEmpty()) {
            return LimitsConfig.DEFAULT;
        }
        LimitsConfig base = LimitsConfig.DEFAULT;
        Section section = value.get().section(Keys.LIMITS);
        Optional<Value> connections = section.find("connections");
        Optional<Value> pipe = section.find("pipe");
        return new LimitsConfig(
                connections.isPresent()
                        ? OptionalInt.of(connections.get().integer(1, LimitsConfig.MAX_CONNECTIONS))
                        : base.connections(),
                pipe.isPresent()
                        ? pipe.get().size(LimitsConfig.MIN_PIPE_BYTES, LimitsConfig.MAX_PIPE_BYTES)
                        : base.pipeBytes());
    }

    private static String uniqueName(Section section, Map<String, ?> taken) throws ConfigException {
        Value value = section.get("name", "a name");
        String name = value.text("a name");
        if (!BatonConfig.isName(name)) {
            throw value.wrong("a name of " + BatonConfig.NAME_FORM);
        }
        if (taken.containsKey(name)) {
            throw value.wrong("a name that is not taken");
        }
        return name;
    }

    private static Duration duration(Section section, String key, Duration min, Duration max, Duration otherwise)
            throws ConfigException {
        Optional<Value> value = section.find(key);
        return value.isPresent() ? value.get().duration(min, max) : otherwise;
    }
}
