package io.baton.proxy;

import io.baton.proxy.ConfigMistakes.Mistake;
import java.util.List;

/** As {@link ConfigMistakes}, of http listeners and of what clusters have for them. */
final class HttpMistakes {
    private static final String CLUSTER = "clusters: [{ name: origin, endpoints: [\"127.0.0.1:9000\"] }]\n";
    private static final String LISTENER =
            "listeners: [{ name: web, address: 0.0.0.0:80, tcp: { cluster: origin } }]\n";
    private static final String ROUTE = "[{ prefix: /, cluster: origin }]";

    private HttpMistakes() {}

    static final List<Mistake> HTTP = List.of(
            http(
                    "http without routes",
                    "{ idle_timeout: 5s }",
                    "5:11: listeners[0].http: no key \"routes\", expected routes: a list of routes"),
            http(
                    "an empty list of routes",
                    "{ routes: [] }",
                    "5:21: listeners[0].http.routes: a list of 0, expected 1 to 1024 routes"),
            http(
                    "one route without brackets",
                    "{ routes: { prefix: /, cluster: origin } }",
                    "5:21: listeners[0].http.routes: a mapping, expected a list of routes"),
            http(
                    "a cluster where http has routes",
                    "{ cluster: origin }",
                    "5:13: listeners[0].http: unknown key \"cluster\", expected routes, idle_timeout, request_head_timeout,"
                            + " request_body_timeout, response_timeout, stream_idle_timeout, max_header_bytes, max_headers, max_request_line,"
                            + " x_forwarded or http2"),
            http(
                    "a key of http that is slightly wrong",
                    "{ routes: " + ROUTE + ", max_header: 10 }",
                    "5:55: listeners[0].http: unknown key \"max_header\", expected routes, idle_timeout,"
                            + " request_head_timeout, request_body_timeout, response_timeout, stream_idle_timeout, max_header_bytes,"
                            + " max_headers, max_request_line, x_forwarded or http2; did you mean \"max_headers\"?"),
            http(
                    "a timeout of nothing",
                    "{ routes: " + ROUTE + ", response_timeout: 0s }",
                    "5:73: listeners[0].http.response_timeout: \"0s\", expected a duration from 10ms to 168h (a whole"
                            + " number and ms, s, m or h)"),
            http(
                    "headers that hold nothing",
                    "{ routes: " + ROUTE + ", max_header_bytes: 100B }",
                    "5:73: listeners[0].http.max_header_bytes: \"100B\", expected a size from 1KiB to 1MiB (a whole number"
                            + " and B, KiB or MiB)"),
            http(
                    "headers without number",
                    "{ routes: " + ROUTE + ", max_headers: many }",
                    "5:68: listeners[0].http.max_headers: \"many\", expected a whole number from 16 to 1000"),
            http(
                    "a request line as long as a book",
                    "{ routes: " + ROUTE + ", max_request_line: 1MiB }",
                    "5:73: listeners[0].http.max_request_line: \"1MiB\", expected a size from 256B to 64KiB (a whole"
                            + " number and B, KiB or MiB)"),
            http(
                    "a policy nobody knows",
                    "{ routes: " + ROUTE + ", x_forwarded: appended }",
                    "5:68: listeners[0].http.x_forwarded: \"appended\", expected append, replace or off; did you mean"
                            + " \"append\"?"),
            http(
                    "http2 as a word",
                    "{ routes: " + ROUTE + ", http2: on }",
                    "5:62: listeners[0].http.http2: \"on\", expected a mapping with prior_knowledge, max_concurrent_streams,"
                            + " stream_window or connection_window"),
            http(
                    "http2 without streams",
                    "{ routes: " + ROUTE + ", http2: { max_concurrent_streams: 0 } }",
                    "5:88: listeners[0].http.http2.max_concurrent_streams: \"0\", expected a whole number from 1 to 10000"),
            http(
                    "a window that hardly opens",
                    "{ routes: " + ROUTE + ", http2: { stream_window: 1KiB } }",
                    "5:79: listeners[0].http.http2.stream_window: \"1KiB\", expected a size from 16KiB to 64MiB (a whole"
                            + " number and B, KiB or MiB)"),
            mistake(
                    "tcp and http on one listener",
                    CLUSTER
                            + "listeners:\n  - name: web\n    address: 0.0.0.0:80\n    tcp: { cluster: origin }\n    http: {}\n",
                    "6:11: listeners[0].http: tcp and http on one listener, expected one of them"));

    static final List<Mistake> ROUTES = List.of(
            route(
                    "a route as a word",
                    "origin",
                    "5:22: listeners[0].http.routes[0]: \"origin\", expected a mapping with host, prefix, exact, connect,"
                            + " headers or cluster"),
            route(
                    "a route that goes nowhere",
                    "{ prefix: / }",
                    "5:22: listeners[0].http.routes[0]: no key \"cluster\", expected cluster: the name of a cluster"),
            route(
                    "a route to a cluster that is not there",
                    "{ prefix: /, cluster: orgin }",
                    "5:44: listeners[0].http.routes[0].cluster: \"orgin\", expected the name of a cluster under clusters;"
                            + " did you mean \"origin\"?"),
            route(
                    "a route without a path",
                    "{ host: example.com, cluster: origin }",
                    "5:22: listeners[0].http.routes[0]: no key \"prefix\", \"exact\" or \"connect\", expected prefix: /PATH,"
                            + " exact: /PATH or connect: true (prefix: / takes every path)"),
            route(
                    "a path of CONNECT",
                    "{ connect: true, exact: /a, cluster: origin }",
                    "5:22: listeners[0].http.routes[0]: connect and a path in one route, expected one of them: a CONNECT has no"
                            + " path"),
            route(
                    "a route with two paths",
                    "{ prefix: /, exact: /a, cluster: origin }",
                    "5:42: listeners[0].http.routes[0].exact: prefix and exact in one route, expected one of them"),
            route(
                    "path for prefix",
                    "{ path: /a, cluster: origin }",
                    "5:24: listeners[0].http.routes[0]: unknown key \"path\", expected host, prefix, exact, connect, headers"
                            + " or cluster"),
            route(
                    "a path without its slash",
                    "{ prefix: v1, cluster: origin }",
                    "5:32: listeners[0].http.routes[0].prefix: \"v1\", expected a path that begins with /,"
                            + " percent-encoded, without query"),
            route(
                    "a path with a query",
                    "{ exact: /a?b=c, cluster: origin }",
                    "5:31: listeners[0].http.routes[0].exact: \"/a?b=c\", expected a path that begins with /,"
                            + " percent-encoded, without query"),
            route(
                    "a path with a blank",
                    "{ prefix: /a b, cluster: origin }",
                    "5:32: listeners[0].http.routes[0].prefix: \"/a b\", expected a path that begins with /,"
                            + " percent-encoded, without query"),
            route(
                    "a host with a port",
                    "{ host: \"example.com:80\", prefix: /, cluster: origin }",
                    "5:30: listeners[0].http.routes[0].host: \"example.com:80\", expected a host without scheme and port,"
                            + " such as example.com or *.example.com"),
            route(
                    "a URL for a host",
                    "{ host: \"http://example.com\", prefix: /, cluster: origin }",
                    "5:30: listeners[0].http.routes[0].host: \"http://example.com\", expected a host without scheme and"
                            + " port, such as example.com or *.example.com"),
            route(
                    "a star for every host",
                    "{ host: \"*\", prefix: /, cluster: origin }",
                    "5:30: listeners[0].http.routes[0].host: \"*\", expected no such key: a route without host takes every"
                            + " host"),
            route(
                    "a star in the middle of a host",
                    "{ host: \"api.*.com\", prefix: /, cluster: origin }",
                    "5:30: listeners[0].http.routes[0].host: \"api.*.com\", expected a host without scheme and port, such"
                            + " as example.com or *.example.com"),
            route(
                    "headers as a list",
                    "{ prefix: /, headers: [x-a], cluster: origin }",
                    "5:44: listeners[0].http.routes[0].headers: a list, expected a mapping of headers"),
            route(
                    "no header among headers",
                    "{ prefix: /, headers: {}, cluster: origin }",
                    "5:44: listeners[0].http.routes[0].headers: a mapping of 0, expected 1 to 16 headers"),
            route(
                    "a header with a blank in its name",
                    "{ prefix: /, headers: { x a: b }, cluster: origin }",
                    "5:46: listeners[0].http.routes[0].headers: \"x a\", expected the name of a header"),
            route(
                    "a header without a value",
                    "{ prefix: /, headers: { x-a: }, cluster: origin }",
                    "5:50: listeners[0].http.routes[0].headers.x-a: nothing, expected the value that the header must"
                            + " have, of visible ASCII"),
            route(
                    "a header in two cases",
                    "{ prefix: /, headers: { x-a: b, X-A: c }, cluster: origin }",
                    "5:54: listeners[0].http.routes[0].headers: \"X-A\", expected each header once, in upper or lower"
                            + " case"));

    static final List<Mistake> CLUSTERS = List.of(
            cluster(
                    "an unknown balance",
                    "balance: leastrequest",
                    "2:65: clusters[0].balance: \"leastrequest\", expected round_robin, least_request or random; did you"
                            + " mean \"least_request\"?"),
            cluster(
                    "a balance like no other",
                    "balance: sticky",
                    "2:65: clusters[0].balance: \"sticky\", expected round_robin, least_request or random"),
            cluster(
                    "an endpoint of no weight",
                    "endpoints: [{ address: \"127.0.0.1:1\", weight: 0 }]",
                    "2:74: clusters[0].endpoints[0].weight: \"0\", expected a whole number from 1 to 100"),
            cluster(
                    "an endpoint of weight alone",
                    "endpoints: [{ weight: 2 }]",
                    "2:40: clusters[0].endpoints[0]: no key \"address\", expected address: HOST:PORT, [IPV6]:PORT or"
                            + " unix:/PATH"),
            cluster(
                    "a circuit that lets nothing through",
                    "max_connections: 0",
                    "2:73: clusters[0].max_connections: \"0\", expected a whole number from 1 to 1000000"),
            cluster(
                    "requests without end",
                    "max_requests: unlimited",
                    "2:70: clusters[0].max_requests: \"unlimited\", expected a whole number from 1 to 1000000"),
            cluster(
                    "a pool's timeout without a unit",
                    "idle_timeout: 60",
                    "2:70: clusters[0].idle_timeout: \"60\", expected a duration from 10ms to 24h (a whole number and ms,"
                            + " s, m or h)"),
            cluster(
                    "a pool beyond measure",
                    "max_idle: 1000000",
                    "2:66: clusters[0].max_idle: \"1000000\", expected a whole number from 0 to 10000"),
            cluster(
                    "a protocol of another name",
                    "protocol: h2",
                    "2:66: clusters[0].protocol: \"h2\", expected http1 or http2"),
            cluster(
                    "more streams than there are",
                    "max_concurrent_streams: 100000",
                    "2:80: clusters[0].max_concurrent_streams: \"100000\", expected a whole number from 1 to 10000"),
            cluster(
                    "a check that the endpoint does not speak",
                    "protocol: http2, health: { http: / }",
                    "2:81: clusters[0].health: http with protocol: http2, expected tcp: true (checks speak HTTP/1.1 only)"),
            cluster(
                    "health as a path",
                    "health: /healthz",
                    "2:64: clusters[0].health: \"/healthz\", expected a mapping with tcp, http, host, status, interval,"
                            + " timeout, healthy or unhealthy"),
            cluster(
                    "health without a check",
                    "health: { interval: 5s }",
                    "2:64: clusters[0].health: no key \"tcp\" or \"http\", expected tcp: true or http: /PATH"),
            cluster(
                    "two checks in one",
                    "health: { tcp: true, http: /healthz }",
                    "2:83: clusters[0].health.http: tcp and http in one health check, expected one of them"),
            cluster(
                    "a check that is none",
                    "health: { tcp: false }",
                    "2:71: clusters[0].health.tcp: \"false\", expected true, or no health at all for no checks"),
            cluster(
                    "a check of a URL",
                    "health: { http: \"http://127.0.0.1/healthz\" }",
                    "2:72: clusters[0].health.http: \"http://127.0.0.1/healthz\", expected a path that begins with /, such"
                            + " as /healthz"),
            cluster(
                    "a status for a TCP check",
                    "health: { tcp: true, status: 200 }",
                    "2:85: clusters[0].health.status: status beside tcp, expected it with http: /PATH only"),
            cluster(
                    "a status that is a word",
                    "health: { http: /, status: ok }",
                    "2:83: clusters[0].health.status: \"ok\", expected a status such as 200, or a range such as 200-399,"
                            + " from 100 to 599"),
            cluster(
                    "a range that runs backwards",
                    "health: { http: /, status: 399-200 }",
                    "2:83: clusters[0].health.status: \"399-200\", expected a status such as 200, or a range such as"
                            + " 200-399, from 100 to 599"),
            cluster(
                    "a URL for the Host header of a check",
                    "health: { http: /, host: \"http://a\" }",
                    "2:81: clusters[0].health.host: \"http://a\", expected a host for the Host header, such as"
                            + " example.com or example.com:8080"),
            cluster(
                    "checks without a break",
                    "health: { tcp: true, interval: 1ms }",
                    "2:87: clusters[0].health.interval: \"1ms\", expected a duration from 50ms to 1h (a whole number and"
                            + " ms, s, m or h)"),
            cluster(
                    "a check that waits for an hour",
                    "health: { tcp: true, timeout: 1h }",
                    "2:86: clusters[0].health.timeout: \"1h\", expected a duration from 1ms to 1m (a whole number and ms,"
                            + " s, m or h)"),
            cluster(
                    "an endpoint that can never be well again",
                    "health: { tcp: true, healthy: 101 }",
                    "2:86: clusters[0].health.healthy: \"101\", expected a whole number from 1 to 100"),
            cluster(
                    "an endpoint that is never unhealthy",
                    "health: { tcp: true, unhealthy: 0 }",
                    "2:88: clusters[0].health.unhealthy: \"0\", expected a whole number from 1 to 100"),
            cluster(
                    "a key of health that is slightly wrong",
                    "health: { tcp: true, intervall: 5s }",
                    "2:77: clusters[0].health: unknown key \"intervall\", expected tcp, http, host, status, interval,"
                            + " timeout, healthy or unhealthy; did you mean \"interval\"?"));

    private static Mistake http(String name, String http, String line) {
        return mistake(
                name, CLUSTER + "listeners:\n  - name: web\n    address: 0.0.0.0:80\n    http: " + http + "\n", line);
    }

    private static Mistake route(String name, String route, String line) {
        return http(name, "{ routes: [" + route + "] }", line);
    }

    private static Mistake cluster(String name, String keys, String line) {
        String endpoints = keys.startsWith("endpoints") ? "" : "endpoints: [\"127.0.0.1:1\"], ";
        return mistake(name, LISTENER + "clusters: [{ name: origin, " + endpoints + keys + " }]\n", line);
    }

    private static Mistake mistake(String name, String yaml, String line) {
        return new Mistake(name, yaml, "baton.yaml:" + line);
    }
}
