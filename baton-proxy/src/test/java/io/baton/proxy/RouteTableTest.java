package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.Stats;
import io.baton.http.RequestHead;
import io.baton.http.UpstreamCluster;
import io.baton.posix.SocketAddress;
import io.baton.proxy.RouteConfig.PathMatch;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RouteTableTest {

    @Example
    void theFirstRouteThatMatchesCounts() {
        RouteTable table = table(
                route("", "/v1", Map.of("x-canary", "true"), "canary"),
                route("api.example.com", "/v1", Map.of(), "api"),
                route("*.example.com", "/", Map.of(), "wild"),
                route("", "=/health", Map.of(), "health"),
                route("", "/static/", Map.of(), "files"));

        assertThat(to(table, "api.example.com", "/v1/x", Map.of())).contains("api");
        assertThat(to(table, "api.example.com", "/v10", Map.of())).contains("api");
        assertThat(to(table, "api.example.com", "/v1/x", Map.of("x-canary", "true")))
                .contains("canary");
        assertThat(to(table, "api.example.com", "/v1/x", Map.of("x-canary", "TRUE")))
                .contains("api");
        assertThat(to(table, "api.example.com", "/other", Map.of())).contains("wild");
        assertThat(to(table, "a.b.example.com", "/health", Map.of())).contains("wild");
        assertThat(to(table, "example.com", "/health", Map.of())).contains("health");
        assertThat(to(table, "", "/health", Map.of())).contains("health");
        assertThat(to(table, "example.com", "/health/", Map.of())).isEmpty();
        assertThat(to(table, "notexample.com", "/static", Map.of())).isEmpty();
        assertThat(to(table, "[::1]", "/static/a", Map.of())).contains("files");
        assertThat(to(table, "other", "*", Map.of())).isEmpty();
    }

    /** The index by host must not change what a plain walk over the routes gives. */
    @Property
    void theIndexByHostFindsWhatWalkingFinds(
            @ForAll("routes") List<RouteConfig> routes, @ForAll("hosts") String host, @ForAll("paths") String path) {
        Optional<String> walked = routes.stream()
                .filter(route -> route.host().isEmpty()
                        || RouteConfig.hostMatches(route.host().get(), host))
                .filter(route -> route.path().matches(path))
                .map(RouteConfig::cluster)
                .findFirst();

        assertThat(to(table(routes.toArray(RouteConfig[]::new)), host, path, Map.of()))
                .isEqualTo(walked);
    }

    /** What check warns of is true: a covered route's requests all go to the one before it. */
    @Property
    void aCoveredRouteIsNeverReached(
            @ForAll("routes") List<RouteConfig> routes, @ForAll("hosts") String host, @ForAll("paths") String path) {
        RouteConfig first = routes.getFirst();
        RouteConfig last = routes.getLast();
        if (routes.size() > 1 && first.covers(last)) {
            RouteTable alone = table(last);
            if (to(alone, host, path, Map.of()).isPresent()) {
                assertThat(to(table(first, last), host, path, Map.of())).contains(first.cluster());
            }
        }
    }

    @Provide
    Arbitrary<List<RouteConfig>> routes() {
        Arbitrary<Optional<String>> hosts =
                Arbitraries.of("a.x", "b.x", "*.x", "*.a.x", "x").optional().map(host -> host);
        Arbitrary<PathMatch> matches = Arbitraries.of(
                new PathMatch.Prefix("/"),
                new PathMatch.Prefix("/v1"),
                new PathMatch.Prefix("/v1/a"),
                new PathMatch.Exact("/v1"),
                new PathMatch.Exact("/v1/a"));
        Arbitrary<RouteConfig> route = Combinators.combine(hosts, matches, Arbitraries.of("c1", "c2", "c3", "c4"))
                .as((host, match, cluster) -> new RouteConfig(host, match, Map.of(), cluster));
        return route.list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<String> hosts() {
        return Arbitraries.of("a.x", "b.x", "x", "c.a.x", "y", "");
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("/", "/v1", "/v1/a", "/v1/a/b", "/v10", "*");
    }

    private static Optional<String> to(RouteTable table, String host, String path, Map<String, String> headers) {
        return table.route(new Head(host, path, headers)).map(UpstreamCluster::name);
    }

    /** @param path with = before it when it is the whole one */
    private static RouteConfig route(String host, String path, Map<String, String> headers, String cluster) {
        PathMatch match = path.startsWith("=") ? new PathMatch.Exact(path.substring(1)) : new PathMatch.Prefix(path);
        return new RouteConfig(host.isEmpty() ? Optional.empty() : Optional.of(host), match, headers, cluster);
    }

    private static RouteTable table(RouteConfig... routes) {
        Stats stats = new Stats();
        List<RouteConfig> list = new ArrayList<>(List.of(routes));
        return new RouteTable(new HttpConfig(list), name -> new Cluster(named(name), stats, (delay, action) -> {}));
    }

    private static ClusterConfig named(String name) {
        return new ClusterConfig(
                name,
                List.of(new Endpoint("127.0.0.1:1", new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 1))),
                ClusterConfig.Balance.RANDOM,
                ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
    }

    private record Head(String host, String path, Map<String, String> headers) implements RequestHead {
        @Override
        public String method() {
            return "GET";
        }

        @Override
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }
    }
}
