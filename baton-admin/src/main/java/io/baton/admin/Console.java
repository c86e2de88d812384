package io.baton.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import io.baton.MigrationReport;
import io.baton.MigrationReport.PauseCount;
import io.baton.proxy.Addresses;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ClusterStatus.EndpointStatus;
import io.baton.proxy.ListenerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The web console: a page that asks for {@link #state} several times a second, of whichever generation answers at that moment. Its files
 * come with us; it loads nothing from elsewhere.
 *
 * <p>Orders want the token that the state has: a page of another origin can send a request, but read no answer.
 */
final class Console {
    static final String PATH = "/console";
    static final String TOKEN_HEADER = "X-Baton-Token";

    /** As many as the page shows. */
    private static final int HISTORY = 20;

    private static final int TOKEN_BYTES = 16;
    private static final Map<String, String> FILES = Map.of(
            PATH,
            "console.html",
            PATH + "/console.css",
            "console.css",
            PATH + "/console.js",
            "console.js",
            PATH + "/lineage.js",
            "lineage.js",
            PATH + "/uPlot.css",
            "uPlot.min.css",
            PATH + "/uPlot.js",
            "uPlot.iife.min.js");

    private final AdminView view;
    private final LineageDesk desk;
    private final String token = newToken();
    private final AtomicReference<String> lastOrder = new AtomicReference<>("");

    Console(AdminView view, LineageDesk desk) {
        this.view = view;
        this.desk = desk;
    }

    private static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    static boolean has(String path) {
        return FILES.containsKey(path);
    }

    /** A file of the page. */
    static Reply file(String path) {
        String name = FILES.getOrDefault(path, "");
        try (InputStream in = Console.class.getResourceAsStream("console-page/" + name)) {
            if (in == null) {
                return Reply.text(404, "this build has no " + name + "\n");
            }
            return Reply.of(typeOf(name), new String(in.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static String typeOf(String name) {
        String type = name.endsWith(".js") ? "text/javascript" : name.endsWith(".css") ? "text/css" : "text/html";
        return type + "; charset=UTF-8";
    }

    /** Everything the page shows, at once. */
    Reply state() {
        return Reply.json(EnvoyJson.pretty(json -> {
            json.writeStartObject();
            json.writeStringField("token", token);
            json.writeStringField("order", lastOrder.get());
            json.writeFieldName("lineage");
            json.writeRawValue(desk.status().orElse("null"));
            json.writeArrayFieldStart("history");
            for (String handover : desk.history(HISTORY)) {
                json.writeRawValue(handover);
            }
            json.writeEndArray();
            generation(json);
            listeners(json);
            clusters(json);
            json.writeEndObject();
        }));
    }

    private void generation(JsonGenerator json) throws IOException {
        ServerInfo info = view.info();
        MigrationReport migration = view.migration();
        json.writeObjectFieldStart("generation");
        json.writeNumberField("epoch", info.commandLine().hotRestart().epoch().value());
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeStringField("version", info.version());
        json.writeStringField("state", view.state().name());
        json.writeNumberField("uptime_s", info.uptimeCurrentEpoch().toSeconds());
        json.writeNumberField("uptime_all_s", info.uptimeAllEpochs().toSeconds());
        json.writeNumberField("adopted", migration.adopted());
        json.writeNumberField("expected", migration.expected());
        json.writeNumberField("given", migration.given());
        json.writeNumberField("movable", migration.movable());
        json.writeArrayFieldStart("pauses");
        for (PauseCount count : migration.pauses()) {
            json.writeStartObject();
            json.writeNumberField("up_to_us", count.upTo().toNanos() / 1000);
            json.writeNumberField("connections", count.connections());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void listeners(JsonGenerator json) throws IOException {
        SortedMap<String, Long> stats = view.stats();
        json.writeArrayFieldStart("listeners");
        for (ListenerStatus listener : view.listeners()) {
            json.writeStartObject();
            json.writeStringField("name", listener.name());
            json.writeStringField("address", Addresses.format(listener.address()));
            String prefix = "listener." + Addresses.statName(listener.address()) + ".";
            json.writeNumberField("active", stats.getOrDefault(prefix + "downstream_cx_active", 0L));
            json.writeNumberField("total", stats.getOrDefault(prefix + "downstream_cx_total", 0L));
            json.writeNumberField(
                    "requests", stats.getOrDefault("http." + listener.name() + ".downstream_rq_total", 0L));
            json.writeNumberField("errors", stats.getOrDefault("http." + listener.name() + ".downstream_rq_5xx", 0L));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void clusters(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("clusters");
        for (ClusterStatus cluster : view.clusters()) {
            json.writeStartObject();
            json.writeStringField("name", cluster.name());
            json.writeArrayFieldStart("endpoints");
            for (EndpointStatus endpoint : cluster.endpoints()) {
                json.writeStartObject();
                json.writeStringField("address", Addresses.format(endpoint.address()));
                json.writeBooleanField("healthy", endpoint.healthy() && !endpoint.setAside());
                json.writeNumberField("connections", endpoint.connections());
                json.writeNumberField("requests", endpoint.requestsTotal());
                json.writeNumberField("failed", endpoint.requestsFailed() + endpoint.connectFailures());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    Reply upgrade(String given) {
        return order(given, "hot restart", desk::upgrade);
    }

    Reply rollBack(String given) {
        return order(given, "rollback", desk::rollBack);
    }

    /** The answer comes at once; what becomes of it, the state tells: by then another process may be the one that answers. */
    private Reply order(String given, String what, Supplier<String> order) {
        if (!mayOrder(given)) {
            return Reply.text(
                    403, "%s is missing or not this process's: load the page again%n".formatted(TOKEN_HEADER));
        }
        lastOrder.set(what + " asked for");
        return Reply.text(202, what + " asked for\n").then(() -> lastOrder.set(what + ": " + order.get()));
    }

    boolean mayOrder(String given) {
        return MessageDigest.isEqual(given.getBytes(UTF_8), token.getBytes(UTF_8));
    }
}
