package io.baton.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.admin.ServerInfo.CommandLine;
import io.baton.posix.SocketAddress;
import io.baton.proxy.Addresses;
import io.baton.proxy.ListenerStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Envoy's JSON: its names, and its layout of protobuf messages (one space a level), so that scripts cannot tell. */
final class EnvoyJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private EnvoyJson() {}

    /** Writes fields and values; what it throws is the generator's. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** envoy.admin.v3.Listeners. */
    static String listeners(List<ListenerStatus> listeners) {
        return pretty(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("listener_statuses");
            for (ListenerStatus listener : listeners) {
                json.writeStartObject();
                json.writeStringField("name", listener.name());
                json.writeObjectFieldStart("local_address");
                address(json, listener.address());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** The fields of envoy.config.core.v3.Address. */
    static void address(JsonGenerator json, SocketAddress address) throws IOException {
        switch (address) {
            case SocketAddress.Inet(var host, int port) -> {
                json.writeObjectFieldStart("socket_address");
                json.writeStringField("address", Addresses.formatHost(host));
                json.writeNumberField("port_value", port);
                json.writeEndObject();
            }
            case SocketAddress.UnixPath _, SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ -> {
                json.writeObjectFieldStart("pipe");
                json.writeStringField("path", Addresses.format(address));
                json.writeEndObject();
            }
        }
    }

    /** envoy.admin.v3.ServerInfo, without what is Envoy's alone. */
    static String serverInfo(ServerState state, ServerInfo info) {
        return pretty(json -> {
            json.writeStartObject();
            json.writeStringField("version", info.version());
            json.writeStringField("state", state.name());
            json.writeStringField("uptime_current_epoch", wholeSeconds(info.uptimeCurrentEpoch()));
            json.writeStringField("uptime_all_epochs", wholeSeconds(info.uptimeAllEpochs()));
            json.writeStringField("hot_restart_version", info.hotRestartVersion());
            json.writeObjectFieldStart("command_line_options");
            commandLine(json, info.commandLine());
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static void commandLine(JsonGenerator json, CommandLine line) throws IOException {
        HotRestartOptions options = line.hotRestart();
        // A 64-bit number is a string in protobuf's JSON.
        json.writeStringField("base_id", Long.toString(line.baseId().value()));
        json.writeNumberField("concurrency", line.concurrency());
        json.writeStringField("config_path", line.configPath());
        json.writeStringField("admin_address_path", line.adminAddressPath());
        json.writeStringField("drain_time", exactSeconds(options.drainTime()));
        json.writeStringField("parent_shutdown_time", exactSeconds(options.parentShutdownTime()));
        json.writeStringField("mode", "Serve");
        json.writeBooleanField("disable_hot_restart", options.disabled());
        json.writeNumberField("restart_epoch", options.epoch().value());
        json.writeBooleanField("use_dynamic_base_id", options.dynamicBaseId());
        json.writeStringField(
                "base_id_path", options.baseIdPath().map(Object::toString).orElse(""));
        json.writeStringField(
                "drain_strategy", options.drainStrategy() == DrainStrategy.GRADUAL ? "Gradual" : "Immediate");
        json.writeStringField("socket_path", options.socketPath());
        json.writeNumberField("socket_mode", options.socketMode());
        json.writeBooleanField("skip_hot_restart_on_no_parent", options.skipOnNoParent());
        json.writeBooleanField("skip_hot_restart_parent_stats", options.skipParentStats());
    }

    /** {@code {"stats":[{"name":…,"value":…},…]}}, on one line as Envoy has it. */
    static String stats(Map<String, Long> stats) {
        return write(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("stats");
            for (Map.Entry<String, Long> stat : stats.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", stat.getKey());
                json.writeNumberField("value", stat.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** {@code 12s}; Envoy rounds uptimes down. */
    private static String wholeSeconds(Duration duration) {
        return duration.toSeconds() + "s";
    }

    /** {@code 600s} or {@code 0.250s}, as protobuf's JSON has durations. */
    private static String exactSeconds(Duration duration) {
        int millis = duration.toMillisPart();
        return duration.toSeconds() + (millis == 0 ? "" : ".%03d".formatted(millis)) + "s";
    }

    /** One space a level, as protobuf prints. */
    static String pretty(Body body) {
        DefaultIndenter oneSpace = new DefaultIndenter(" ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(oneSpace)
                .withArrayIndenter(oneSpace);
        return write(json -> {
            json.setPrettyPrinter(printer);
            body.write(json);
        });
    }

    private static String write(Body body) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toString();
    }
}
