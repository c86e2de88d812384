package io.baton.proxy;

import io.baton.http.HttpRouter;
import io.baton.http.RequestHead;
import io.baton.http.UpstreamCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the first route that matches a request. Routes that name one host are only looked at for that host, so that many
 * hosts cost no more than few. Immutable.
 */
final class RouteTable implements HttpRouter {

    /** A route with where it leads, ready to be returned. */
    private record Target(RouteConfig route, Optional<UpstreamCluster> cluster) {
        boolean matches(String host, RequestHead head, String path) {
            if (route.host().isPresent()
                    && !RouteConfig.hostMatches(route.host().get(), host)) {
                return false;
            }
            return route.path().matches(path) && headersMatch(head);
        }

        private boolean headersMatch(RequestHead head) {
            for (Map.Entry<String, String> header : route.headers().entrySet()) {
                if (!head.header(header.getKey())
                        .filter(value -> value.equals(header.getValue()))
                        .isPresent()) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Map<String, List<Target>> byHost = new HashMap<>();
    private final Map<String, UpstreamCluster> byName = new HashMap<>();

    /** For hosts that no route names: those of wildcards, and of any host. */
    private final List<Target> general;

    RouteTable(HttpConfig config, Function<String, ? extends UpstreamCluster> clusters) {
        List<Target> all = new ArrayList<>();
        for (RouteConfig route : config.routes()) {
            UpstreamCluster cluster = clusters.apply(route.cluster());
            byName.put(route.cluster(), cluster);
            all.add(new Target(route, Optional.of(cluster)));
        }
        this.general =
                all.stream().filter(target -> !namesOneHost(target.route())).toList();
        for (Target target : all) {
            if (namesOneHost(target.route())) {
                byHost.computeIfAbsent(
                        target.route().host().orElseThrow(),
                        host -> all.stream()
                                .filter(other -> other.route()
                                        .host()
                                        .filter(pattern -> !RouteConfig.hostMatches(pattern, host))
                                        .isEmpty())
                                .toList());
            }
        }
    }

    private static boolean namesOneHost(RouteConfig route) {
        return route.host()
                .filter(host -> !host.startsWith(RouteConfig.WILDCARD))
                .isPresent();
    }

    /** Paths of routes begin with a slash, so no other route takes a CONNECT, nor its route anything else. */
    @Override
    public Optional<UpstreamCluster> connect(RequestHead head) {
        return route(head);
    }

    @Override
    public Optional<UpstreamCluster> cluster(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<UpstreamCluster> route(RequestHead head) {
        String host = head.host();
        String path = head.path();
        List<Target> targets = byHost.getOrDefault(host, general);
        for (int i = 0; i < targets.size(); i++) { // no iterator: this is asked for each request
            Target target = targets.get(i);
            if (target.matches(host, head, path)) {
                return target.cluster();
            }
        }
        return Optional.empty();
    }
}
