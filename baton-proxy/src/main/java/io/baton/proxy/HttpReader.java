package io.baton.proxy;

import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import io.baton.proxy.RouteConfig.PathMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads {@code http} of a listener. */
final class HttpReader {
    static final String FORM = "{ routes: [ { prefix: /, cluster: NAME } ] }";

    private static final String HOST_FORM = "a host without scheme and port, such as example.com or *.example.com";
    private static final String PATH_FORM = "a path that begins with /, percent-encoded, without query";
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(7);
    private static final int MIN_REQUEST_LINE = 256;
    private static final int MAX_REQUEST_LINE = 64 << 10;
    private static final int MIN_HEADER_BYTES = 1 << 10;
    private static final int MAX_HEADER_BYTES = 1 << 20;

    /** As many as a modest browser sends. */
    private static final int MIN_HEADERS = 16;

    private static final int MAX_HEADERS = 1000;

    private static final Map<String, ForwardedHeaders> POLICIES =
            Map.of("append", ForwardedHeaders.APPEND, "replace", ForwardedHeaders.REPLACE, "off", ForwardedHeaders.OFF);

    private static final int MIN_CONNECTION_WINDOW = 64 << 10;

    private final Set<String> clusters;

    /** @param clusters the names there are */
    HttpReader(Set<String> clusters) {
        this.clusters = clusters;
    }

    HttpConfig read(Value value) throws ConfigException {
        Section section = value.section(Keys.HTTP);
        List<RouteConfig> routes = new ArrayList<>();
        for (Value item : section.get("routes", "a list of routes").items("routes", HttpConfig.MAX_ROUTES)) {
            routes.add(route(item.section(Keys.ROUTE)));
        }
        ForwardedHeaders forwarded = section.choice("x_forwarded", POLICIES, "append, replace or off")
                .orElse(ForwardedHeaders.APPEND);
        return new HttpConfig(routes, timeouts(section), limits(section), forwarded, http2(section));
    }

    private static Http2Options http2(Section http) throws ConfigException {
        Http2Options base = Http2Options.defaults();
        Optional<Value> value = http.find("http2");
        if (value.isEmpty()) {
            return base;
        }
        Section section = value.get().section(Keys.HTTP2);
        Optional<Value> priorKnowledge = section.find("prior_knowledge");
        return new Http2Options(
                priorKnowledge.isPresent() ? priorKnowledge.get().bool() : base.priorKnowledge(),
                section.integer("max_concurrent_streams", 1, Http2Options.MAX_STREAMS)
                        .orElse(base.maxStreams()),
                section.size(
                        "stream_window", Http2Options.MIN_STREAM_WINDOW, Http2Options.MAX_WINDOW, base.streamWindow()),
                section.size(
                        "connection_window", MIN_CONNECTION_WINDOW, Http2Options.MAX_WINDOW, base.connectionWindow()));
    }

    private static HttpTimeouts timeouts(Section section) throws ConfigException {
        HttpTimeouts base = HttpTimeouts.defaults();
        return base.withIdle(timeout(section, "idle_timeout", base.idle()))
                .withRequestHead(timeout(section, "request_head_timeout", base.requestHead()))
                .withRequestBody(timeout(section, "request_body_timeout", base.requestBody()))
                .withResponse(timeout(section, "response_timeout", base.response()))
                .withStream(timeout(section, "stream_idle_timeout", base.stream()));
    }

    private static Duration timeout(Section section, String key, Duration otherwise) throws ConfigException {
        return section.duration(key, MIN_TIMEOUT, MAX_TIMEOUT, otherwise);
    }

    private static HttpLimits limits(Section section) throws ConfigException {
        HttpLimits base = HttpLimits.defaults();
        return new HttpLimits(
                section.size("max_request_line", MIN_REQUEST_LINE, MAX_REQUEST_LINE, base.requestLineBytes()),
                section.size("max_header_bytes", MIN_HEADER_BYTES, MAX_HEADER_BYTES, base.headBytes()),
                section.integer("max_headers", MIN_HEADERS, MAX_HEADERS).orElse(base.fields()));
    }

    private RouteConfig route(Section route) throws ConfigException {
        String cluster = ListenerReader.cluster(route.get("cluster", "the name of a cluster"), clusters);
        Optional<Value> hostValue = route.find("host");
        Optional<String> host = hostValue.isPresent() ? Optional.of(host(hostValue.get())) : Optional.empty();
        return new RouteConfig(host, path(route), headers(route), cluster);
    }

    private static String host(Value value) throws ConfigException {
        String host = value.text(HOST_FORM).toLowerCase(Locale.ROOT);
        if (host.equals("*")) {
            throw value.wrong("no such key: a route without host takes every host");
        }
        if (!RouteConfig.isHost(host)) {
            throw value.wrong(HOST_FORM);
        }
        return host;
    }

    private static PathMatch path(Section route) throws ConfigException {
        Optional<Value> prefix = route.find("prefix");
        Optional<Value> exact = route.find("exact");
        Optional<Value> connect = route.find("connect");
        if (connect.isPresent() && connect.get().bool()) {
            if (prefix.isPresent() || exact.isPresent()) {
                throw route.value()
                        .problem("connect and a path in one route, expected one of them: a CONNECT has no path");
            }
            return new PathMatch.Connect();
        }
        if (prefix.isPresent() && exact.isPresent()) {
            throw exact.get().problem("prefix and exact in one route, expected one of them");
        }
        if (prefix.isPresent()) {
            return new PathMatch.Prefix(path(prefix.get()));
        }
        if (exact.isPresent()) {
            return new PathMatch.Exact(path(exact.get()));
        }
        throw route.value()
                .problem(
                        "no key \"prefix\", \"exact\" or \"connect\", expected prefix: /PATH, exact: /PATH or connect: true"
                                + " (prefix: / takes every path)");
    }

    private static String path(Value value) throws ConfigException {
        String path = value.text(PATH_FORM);
        if (!PathMatch.isPath(path)) {
            throw value.wrong(PATH_FORM);
        }
        return path;
    }

    private static Map<String, String> headers(Section route) throws ConfigException {
        Optional<Value> value = route.find("headers");
        Map<String, String> headers = new TreeMap<>();
        if (value.isEmpty()) {
            return headers;
        }
        for (Map.Entry<Value, Value> entry :
                value.get().entries("headers", RouteConfig.MAX_HEADERS).entrySet()) {
            String name = entry.getKey().text("the name of a header");
            if (!RouteConfig.isHeaderName(name)) {
                throw entry.getKey().wrong("the name of a header");
            }
            String expected = "the value that the header must have, of visible ASCII";
            String wanted = entry.getValue().text(expected);
            if (!RouteConfig.isHeaderValue(wanted)) {
                throw entry.getValue().wrong(expected);
            }
            if (headers.put(name.toLowerCase(Locale.ROOT), wanted) != null) {
                throw entry.getKey().wrong("each header once, in upper or lower case");
            }
        }
        return headers;
    }
}
