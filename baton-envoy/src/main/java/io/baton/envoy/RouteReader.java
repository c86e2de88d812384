package io.baton.envoy;

import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.RouteConfig.PathMatch;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads {@code route_config}: virtual hosts and their routes become one list. */
final class RouteReader {
    // Baton never looks at the port of a Host, and its clusters are always checked.
    private static final Fields CONFIGURATION = Fields.of(RouteConfiguration.getDescriptor(), "virtual_hosts")
            .harmless("name", "ignore_port_in_host_matching", "validate_clusters");
    private static final Fields HOST =
            Fields.of(VirtualHost.getDescriptor(), "domains", "routes").harmless("name");
    private static final Fields ROUTE =
            Fields.of(Route.getDescriptor(), "match", "route").harmless("name");
    private static final Fields MATCH = Fields.of(
            RouteMatch.getDescriptor(),
            "prefix",
            "path",
            "path_separated_prefix",
            "connect_matcher",
            "case_sensitive",
            "headers");
    private static final Fields CONNECT = Fields.of(RouteMatch.ConnectMatcher.getDescriptor());
    private static final Fields HEADER =
            Fields.of(HeaderMatcher.getDescriptor(), "name", "string_match", "exact_match");
    private static final Fields EXACT = Fields.of(StringMatcher.getDescriptor(), "exact");
    private static final Fields ACTION = Fields.of(RouteAction.getDescriptor(), "cluster", "timeout");

    /** Envoy's. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

    private static final int MAX_HEADERS = 16;
    private static final String PATH = "a path that begins with /, percent-encoded, without query";
    private static final String HEADER_NAME = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}";
    private static final String HEADER_VALUE = "[\\x21-\\x7e](?:[\\x20-\\x7e\\t]{0,1022}[\\x21-\\x7e])?";

    private final Map<String, ClusterConfig> clusters;
    private Optional<Duration> timeout = Optional.empty();

    RouteReader(Map<String, ClusterConfig> clusters) {
        this.clusters = clusters;
    }

    /** For a response, of all routes. */
    Duration timeout() {
        return timeout.orElse(DEFAULT_TIMEOUT);
    }

    List<RouteConfig> read(Part manager) throws ConfigException {
        Part configuration = manager.get("route_config", CONFIGURATION, "one with virtual_hosts");
        VirtualHosts hosts = new VirtualHosts();
        for (Part host : configuration.list("virtual_hosts", HOST, HttpConfig.MAX_ROUTES)) {
            List<RouteConfig> routes = new ArrayList<>();
            for (Part route : host.list("routes", ROUTE, HttpConfig.MAX_ROUTES)) {
                routes.addAll(route(route));
            }
            if (routes.isEmpty()) {
                throw host.problem("no routes, expected at least one");
            }
            hosts.add(host, routes);
        }
        return hosts.routes(configuration);
    }

    private List<RouteConfig> route(Part route) throws ConfigException {
        Part match = route.get("match", MATCH, "what requests it is for");
        Part action = route.get("route", ACTION, "one with a cluster: Baton has no other action");
        String cluster = FilterChains.cluster(action, clusters);
        Duration own = HttpReader.timeout(action, "timeout", DEFAULT_TIMEOUT);
        if (timeout.isPresent() && !timeout.get().equals(own)) {
            throw action.problem(
                    "timeout",
                    "%s, expected %s as in the route before it: Baton has one for the listener"
                            .formatted(Times.seconds(own), Times.seconds(timeout.get())));
        }
        timeout = Optional.of(own);
        Map<String, String> headers = headers(match);
        return paths(match).stream()
                .map(path -> new RouteConfig(Optional.empty(), path, headers, cluster))
                .toList();
    }

    private static List<PathMatch> paths(Part match) throws ConfigException {
        if (!match.truth("case_sensitive").orElse(true)) {
            throw match.problem("case_sensitive", "false is not supported, expected true");
        }
        if (match.find("connect_matcher", CONNECT).isPresent()) {
            return List.of(new PathMatch.Connect());
        }
        if (match.has("path")) {
            return List.of(new PathMatch.Exact(path(match, "path")));
        }
        if (match.has("path_separated_prefix")) {
            String path = path(match, "path_separated_prefix");
            return List.of(new PathMatch.Exact(path), new PathMatch.Prefix(path + "/"));
        }
        if (match.has("prefix")) {
            return List.of(new PathMatch.Prefix(path(match, "prefix")));
        }
        throw match.problem("no path, expected prefix, path, path_separated_prefix or connect_matcher");
    }

    private static String path(Part match, String name) throws ConfigException {
        String path = match.text(name);
        if (!PathMatch.isPath(path)) {
            throw match.problem(name, "%s, expected %s".formatted(Words.quote(path), PATH));
        }
        return path;
    }

    private static Map<String, String> headers(Part match) throws ConfigException {
        Map<String, String> headers = new TreeMap<>();
        for (Part header : match.list("headers", HEADER, MAX_HEADERS)) {
            String name = header.text("name").toLowerCase(Locale.ROOT);
            if (!name.matches(HEADER_NAME)) {
                throw header.problem("name", "%s, expected the name of a header".formatted(Words.quote(name)));
            }
            Optional<Part> string = header.find("string_match", EXACT);
            String value = string.isPresent() ? string.get().text("exact") : header.text("exact_match");
            if (!value.matches(HEADER_VALUE)) {
                throw header.problem("expected string_match.exact: the value that the header must have");
            }
            if (headers.put(name, value) != null) {
                throw header.problem("name", "%s again, expected each header once".formatted(Words.quote(name)));
            }
        }
        return headers;
    }
}
