package io.baton.envoy;

import io.baton.proxy.ConfigException;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the routes of virtual hosts in a row. Envoy looks for the virtual host first - a whole name, then the longest wildcard, then
 * {@code *} - and in it for a route; Baton goes through one list. They do the same as long as no request that belongs to one virtual host
 * can fall through to the next: where it could, that is an error.
 */
final class VirtualHosts {
    private static final String ANY = "*";
    private static final String FORM = "a whole host, *.example.com or *, without port";

    private final Map<String, Domain> domains = new LinkedHashMap<>();

    private record Domain(String name, Part host, List<RouteConfig> routes) {
        /** Whole names first, then the longest wildcard. */
        int rank() {
            if (name.equals(ANY)) {
                return Integer.MAX_VALUE;
            }
            return name.startsWith("*.") ? Integer.MAX_VALUE - name.length() : 0;
        }

        boolean takes(Domain other) {
            return name.equals(ANY) || RouteConfig.hostMatches(name, other.name);
        }
    }

    void add(Part host, List<RouteConfig> routes) throws ConfigException {
        List<String> names = host.texts("domains");
        if (names.isEmpty()) {
            throw host.problem("no domains, expected at least one");
        }
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).toLowerCase(Locale.ROOT);
            String where = "domains[%d]".formatted(i);
            if (!name.equals(ANY) && !RouteConfig.isHost(name)) {
                throw host.problem(where, "%s, expected %s".formatted(Words.quote(names.get(i)), FORM));
            }
            if (domains.putIfAbsent(name, new Domain(name, host, routes)) != null) {
                throw host.problem(where, "%s again, expected each domain once".formatted(Words.quote(name)));
            }
        }
    }

    List<RouteConfig> routes(Part configuration) throws ConfigException {
        List<Domain> inOrder = new ArrayList<>(domains.values());
        inOrder.sort(Comparator.comparingInt(Domain::rank));
        List<RouteConfig> routes = new ArrayList<>();
        for (int i = 0; i < inOrder.size(); i++) {
            Domain domain = inOrder.get(i);
            for (Domain later : inOrder.subList(i + 1, inOrder.size())) {
                checkNoFallThrough(domain, later);
            }
            Optional<String> host = domain.name().equals(ANY) ? Optional.empty() : Optional.of(domain.name());
            domain.routes().forEach(route -> routes.add(at(host, route)));
            if (routes.size() > HttpConfig.MAX_ROUTES) {
                throw configuration.problem("%d routes, each for each of its domains, expected at most %d"
                        .formatted(routes.size(), HttpConfig.MAX_ROUTES));
            }
        }
        if (routes.isEmpty()) {
            throw configuration.problem("no virtual_hosts, expected at least one");
        }
        return routes;
    }

    private static void checkNoFallThrough(Domain domain, Domain later) throws ConfigException {
        if (!later.takes(domain)) {
            return;
        }
        for (RouteConfig route : later.routes()) {
            if (domain.routes().stream().noneMatch(own -> own.covers(route))) {
                throw domain.host()
                        .problem(
                                "routes",
                                "what none of them matches would go on to domain %s, expected a last route for all paths"
                                                .formatted(Words.quote(later.name()))
                                        + " (prefix: /, connect_matcher if the other has one)");
            }
        }
    }

    private static RouteConfig at(Optional<String> host, RouteConfig route) {
        return new RouteConfig(host, route.path(), route.headers(), route.cluster());
    }
}
