package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.AccessLogConfig.Format;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** From the tree to the records, beginning at the root: each method reads one mapping and knows its defaults. */
final class ConfigReader {
    private final Path directory;
    private final HostResolver resolver;
    private final TlsFiles files;

    /** @param directory where relative paths start, absolute */
    ConfigReader(Path directory, HostResolver resolver, TlsFiles files) {
        this.directory = directory;
        this.resolver = resolver;
        this.files = files;
    }

    BatonConfig read(Value document) throws ConfigException {
        Section root = document.section(Keys.ROOT);
        TlsReader tls = new TlsReader(directory, files);
        // Clusters first: a listener names one.
        Map<String, ClusterConfig> clusters = new ClusterReader(resolver, tls).read(root);
        Optional<AdminConfig> admin = admin(root);
        List<ListenerConfig> listeners = new ListenerReader(clusters, tls).read(root, admin);
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
        Format format = section.choice("format", Map.of("text", Format.TEXT, "json", Format.JSON), "text or json")
                .orElse(Format.TEXT);
        return Optional.of(new AccessLogConfig(directory.resolve(path), format));
    }

    private static HandoverConfig handover(Section root) throws ConfigException {
        HandoverConfig base = HandoverConfig.DEFAULT;
        Optional<Value> value = root.find("handover");
        if (value.isEmpty()) {
            return base;
        }
        Section section = value.get().section(Keys.HANDOVER);
        Duration drain = section.duration("drain", Duration.ZERO, HandoverConfig.MAX_DRAIN, base.drain());
        Duration parentShutdown = section.duration(
                "parent_shutdown", Duration.ZERO, HandoverConfig.MAX_PARENT_SHUTDOWN, base.parentShutdown());
        if (parentShutdown.compareTo(drain) <= 0) {
            throw outlived(section, drain, parentShutdown);
        }
        return new HandoverConfig(
                drain,
                parentShutdown,
                section.integer("batch", 1, HandoverConfig.MAX_BATCH).orElse(base.batch()),
                section.integer("rate", 0, HandoverConfig.MAX_RATE).orElse(base.rate()),
                section.duration("rehearsal", Duration.ZERO, HandoverConfig.MAX_REHEARSAL, base.rehearsal()),
                section.duration(
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
        LimitsConfig base = LimitsConfig.DEFAULT;
        Optional<Value> value = root.find("limits");
        if (value.isEmpty()) {
            return base;
        }
        Section section = value.get().section(Keys.LIMITS);
        OptionalInt connections = section.integer("connections", 1, LimitsConfig.MAX_CONNECTIONS);
        return new LimitsConfig(
                connections,
                section.size("pipe", LimitsConfig.MIN_PIPE_BYTES, LimitsConfig.MAX_PIPE_BYTES, base.pipeBytes()));
    }

    /** The name of a listener or a cluster, that no other one of {@code taken} has. */
    static String uniqueName(Section section, Map<String, ?> taken) throws ConfigException {
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
}
