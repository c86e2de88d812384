package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.proxy.AccessLogConfig.Format;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The way back from the records to a file: what it writes, {@link ConfigLoader} reads as an equal config. Values that are defaults are
 * left out. What no file can say is not written: the time that HTTP connections linger, and a newest version of TLS.
 */
public final class ConfigWriter {
    /** No line is broken: a path or a header may be long. */
    private static final int WIDTH = 1 << 16;

    private ConfigWriter() {}

    /** The config as YAML, in block style, with a line break at the end. */
    public static String write(BatonConfig config) {
        Map<String, Object> root = new LinkedHashMap<>();
        config.admin().ifPresent(admin -> root.put("admin", Map.of("address", address(admin.address()))));
        root.put(
                "listeners",
                config.listeners().stream().map(ListenerWriter::listener).toList());
        root.put(
                "clusters",
                config.clusters().stream().map(ClusterWriter::cluster).toList());
        config.accessLog().ifPresent(log -> root.put("access_log", accessLog(log)));
        putSection(root, "handover", handover(config.handover()));
        putSection(root, "limits", limits(config.limits()));
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setIndicatorIndent(2)
                        .setIndent(4)
                        .setWidth(WIDTH)
                        // Or ~ were written without quotes, which the loader takes for nothing.
                        .setSchema(new CoreSchema())
                        .build())
                .dumpToString(root);
    }

    private static Map<String, Object> accessLog(AccessLogConfig log) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("path", log.path().toString());
        if (log.format() == Format.JSON) {
            section.put("format", "json");
        }
        return section;
    }

    private static Map<String, Object> handover(HandoverConfig handover) {
        HandoverConfig base = HandoverConfig.DEFAULT;
        Map<String, Object> section = new LinkedHashMap<>();
        put(section, "drain", handover.drain(), base.drain());
        put(section, "parent_shutdown", handover.parentShutdown(), base.parentShutdown());
        put(section, "batch", handover.batch(), base.batch());
        put(section, "rate", handover.rate(), base.rate());
        put(section, "rehearsal", handover.rehearsal(), base.rehearsal());
        put(section, "ready_timeout", handover.readyTimeout(), base.readyTimeout());
        // The loader compares the two: a drain of an hour needs its parent_shutdown beside it, whatever the default is.
        if (!section.isEmpty()) {
            section.putIfAbsent("drain", Durations.format(handover.drain()));
            section.putIfAbsent("parent_shutdown", Durations.format(handover.parentShutdown()));
        }
        return section;
    }

    private static Map<String, Object> limits(LimitsConfig limits) {
        Map<String, Object> section = new LinkedHashMap<>();
        limits.connections().ifPresent(count -> section.put("connections", count));
        putSize(section, "pipe", limits.pipeBytes(), LimitsConfig.DEFAULT.pipeBytes());
        return section;
    }

    /** In the loader's notation. */
    static String address(SocketAddress address) {
        return (address instanceof SocketAddress.UnixPath ? "unix:" : "") + Addresses.format(address);
    }

    /** An empty mapping would be read as the defaults too, but says nothing. */
    static void putSection(Map<String, Object> to, String key, Map<String, Object> section) {
        if (!section.isEmpty()) {
            to.put(key, section);
        }
    }

    static void put(Map<String, Object> to, String key, Duration value, Duration otherwise) {
        if (!value.equals(otherwise)) {
            to.put(key, Durations.format(value));
        }
    }

    static void put(Map<String, Object> to, String key, int value, int otherwise) {
        if (value != otherwise) {
            to.put(key, value);
        }
    }

    static void putSize(Map<String, Object> to, String key, int bytes, int otherwise) {
        if (bytes != otherwise) {
            to.put(key, Sizes.format(bytes));
        }
    }
}
