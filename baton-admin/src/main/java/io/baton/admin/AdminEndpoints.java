package io.baton.admin;

import io.baton.proxy.Addresses;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ListenerStatus;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be asked, under Envoy's paths and with Envoy's answers. */
final class AdminEndpoints {

    /**
     * One path.
     *
     * @param mutates wants POST
     */
    private record Endpoint(String path, boolean mutates, String help, Handler handler) {
        @Override
        public String toString() {
            return "  %s%s: %s%n".formatted(path, mutates ? " (POST)" : "", help);
        }
    }

    @FunctionalInterface
    private interface Handler {
        Reply handle(Query query);
    }

    private final AdminView view;
    private final ServerControl control;
    private final Console console;
    private @Nullable Metrics metrics;
    private final List<Endpoint> endpoints = List.of(
            new Endpoint("/", false, "this list", query -> index()),
            new Endpoint("/clusters", false, "print the health of each endpoint (?format=text|json)", this::clusters),
            new Endpoint(
                    "/config_dump",
                    false,
                    "print the configuration in use, without secrets",
                    query -> Reply.json(ConfigJson.of(view().config()))),
            new Endpoint(Console.PATH, false, "the web console", query -> Console.file(Console.PATH)),
            new Endpoint(Console.PATH + "/drain", true, "for the console: drain this process", this::consoleDrain),
            new Endpoint(
                    Console.PATH + "/rollback",
                    true,
                    "for the console: undo a hot restart",
                    query -> console().rollBack(query.token())),
            new Endpoint(
                    Console.PATH + "/state",
                    false,
                    "what the console shows, as JSON",
                    query -> console().state()),
            new Endpoint(
                    Console.PATH + "/upgrade",
                    true,
                    "for the console: hot restart",
                    query -> console().upgrade(query.token())),
            new Endpoint(
                    "/drain_listeners",
                    true,
                    "stop accepting and let connections finish (?graceful: over the drain time)",
                    this::drainListeners),
            new Endpoint(
                    "/hot_restart_version",
                    false,
                    "print the hot restart compatibility version",
                    query -> Reply.text(view().info().hotRestartVersion())),
            new Endpoint("/listeners", false, "print listener info (?format=text|json)", this::listeners),
            new Endpoint("/metrics", false, "print metrics in Prometheus's format", query -> metrics()),
            new Endpoint(
                    "/quitquitquit",
                    true,
                    "exit the server",
                    query -> Reply.text("OK\n").then(() -> control().quit())),
            new Endpoint(
                    "/ready", false, "print server state, return 200 if LIVE, otherwise return 503", query -> ready()),
            new Endpoint(
                    "/server_info",
                    false,
                    "print server version/status information",
                    query -> Reply.json(EnvoyJson.serverInfo(view().state(), view().info()))),
            new Endpoint(
                    "/stats",
                    false,
                    "print server stats (?filter=regex of a part of the name, ?format=text|json)",
                    this::stats));

    AdminEndpoints(AdminView view, ServerControl control, Console console) {
        this.console = console;
        this.view = view;
        this.control = control;
    }

    Reply handle(String method, String path, Query query) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.path().equals(path)) {
                return endpoint.mutates() && !method.equals("POST")
                        ? Reply.text(405, "Method %s not allowed, POST required.".formatted(method))
                        : endpoint.handler().handle(query);
            }
        }
        if (Console.has(path)) {
            return Console.file(path);
        }
        return Reply.text(404, "invalid path. " + help());
    }

    // The table is made before the constructor's fields are set.
    private AdminView view() {
        return view;
    }

    private Console console() {
        return console;
    }

    private ServerControl control() {
        return control;
    }

    private Reply index() {
        return Reply.text(help());
    }

    private String help() {
        return "admin commands are:%n".formatted()
                + endpoints.stream().map(Endpoint::toString).collect(Collectors.joining());
    }

    private Reply clusters(Query query) {
        List<ClusterStatus> clusters = view.clusters();
        return query.get("format").orElse("text").equals("json")
                ? Reply.json(ClustersJson.json(clusters))
                : Reply.text(ClustersJson.text(clusters));
    }

    /** A gap is what Prometheus is made for; a counter that has gone back is a reset. */
    private Reply metrics() {
        if (!view.statsAreWhole()) {
            return Reply.text(503, "the parent's counters are not here yet\n");
        }
        return Reply.of(Metrics.CONTENT_TYPE, lazyMetrics().text());
    }

    private synchronized Metrics lazyMetrics() {
        Metrics made = metrics;
        if (made == null) {
            made = new Metrics(view);
            metrics = made;
        }
        return made;
    }

    private Reply ready() {
        ServerState state = view.state();
        return Reply.text(state == ServerState.LIVE ? 200 : 503, state + "\n");
    }

    private Reply listeners(Query query) {
        List<ListenerStatus> listeners = view.listeners();
        if (query.get("format").orElse("text").equals("json")) {
            return Reply.json(EnvoyJson.listeners(listeners));
        }
        return Reply.text(listeners.stream()
                .map(listener -> "%s::%s%n".formatted(listener.name(), Addresses.format(listener.address())))
                .collect(Collectors.joining()));
    }

    private Reply stats(Query query) {
        String format = query.get("format").orElse("text");
        if (!format.equals("text") && !format.equals("json")) {
            return Reply.text(400, "usage: /stats?format=(json|text)\n");
        }
        SortedMap<String, Long> stats;
        try {
            stats = filtered(query.get("filter").orElse(""));
        } catch (IllegalArgumentException e) {
            return Reply.text(400, e.getMessage() + "\n");
        }
        if (format.equals("json")) {
            return Reply.json(EnvoyJson.stats(stats));
        }
        StringBuilder lines = new StringBuilder();
        stats.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append('\n'));
        return Reply.text(lines.toString());
    }

    private SortedMap<String, Long> filtered(String regex) {
        SortedMap<String, Long> stats = view.stats();
        if (regex.isEmpty()) {
            return stats;
        }
        StatsFilter filter = new StatsFilter(regex);
        SortedMap<String, Long> picked = new TreeMap<>();
        for (Map.Entry<String, Long> stat : stats.entrySet()) {
            if (filter.matches(stat.getKey())) {
                picked.put(stat.getKey(), stat.getValue());
            }
        }
        return picked;
    }

    private Reply consoleDrain(Query query) {
        if (!console.mayOrder(query.token())) {
            return Reply.text(403, "%s is missing or not this process's%n".formatted(Console.TOKEN_HEADER));
        }
        return Reply.text(202, "draining\n").then(() -> control.drainListeners(true));
    }

    private Reply drainListeners(Query query) {
        boolean graceful = query.has("graceful");
        return Reply.text("OK\n").then(() -> control.drainListeners(graceful));
    }
}
