package io.baton.envoy;

import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import io.baton.http.TlsProtocols;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.Words;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads {@code http_connection_manager}. */
final class HttpReader {
    // stat_prefix names statistics only. drain_timeout is the pause between the two GOAWAYs of a drain, and Baton's own
    // is of no account
    // to clients: no stream is refused with either.
    static final Fields MANAGER = Fields.of(
                    HttpConnectionManager.getDescriptor(),
                    "codec_type",
                    "route_config",
                    "http_filters",
                    "common_http_protocol_options",
                    "http_protocol_options",
                    "http2_protocol_options",
                    "stream_idle_timeout",
                    "request_timeout",
                    "request_headers_timeout",
                    "max_request_headers_kb",
                    "use_remote_address",
                    "server_header_transformation",
                    "generate_request_id",
                    "normalize_path",
                    "path_with_escaped_slashes_action",
                    "upgrade_configs",
                    "access_log")
            .harmless("stat_prefix", "drain_timeout");

    private static final Fields FILTER =
            Fields.of(HttpFilter.getDescriptor(), "typed_config").harmless("name");

    // Baton adds no x-envoy headers in any case.
    private static final Fields ROUTER = Fields.of(Router.getDescriptor()).harmless("suppress_envoy_headers");
    private static final Fields COMMON =
            Fields.of(HttpProtocolOptions.getDescriptor(), "idle_timeout", "max_headers_count");
    private static final Fields HTTP1 = Fields.of(Http1ProtocolOptions.getDescriptor());
    private static final Fields HTTP2 = Fields.of(
            Http2ProtocolOptions.getDescriptor(),
            "max_concurrent_streams",
            "initial_stream_window_size",
            "initial_connection_window_size");
    private static final Fields UPGRADE = Fields.of(UpgradeConfig.getDescriptor(), "upgrade_type", "enabled");
    private static final Set<String> UPGRADES = Set.of("websocket", "connect");

    private static final Duration MIN_TIMEOUT = Duration.ofMillis(10);

    /** The longest that Baton waits: what is switched off in Envoy takes so long. */
    static final Duration MAX_TIMEOUT = Duration.ofDays(7);

    /** Envoy's. */
    private static final Duration DEFAULT_IDLE = Duration.ofHours(1);

    private static final Duration DEFAULT_STREAM_IDLE = Duration.ofMinutes(5);
    private static final int DEFAULT_HEADERS_KB = 60;

    private static final int MAX_HEADERS_KB = 1024;
    private static final int MAX_REQUEST_LINE = 64 << 10;
    private static final int MIN_HEADERS = 16;
    private static final int MAX_HEADERS = 1000;
    private static final int MIN_CONNECTION_WINDOW = 64 << 10;

    private final Map<String, ClusterConfig> clusters;

    HttpReader(Map<String, ClusterConfig> clusters) {
        this.clusters = clusters;
    }

    HttpConfig read(Part manager) throws ConfigException {
        checkSettled(manager);
        AccessLogs.checkNone(manager);
        filters(manager);
        RouteReader reader = new RouteReader(clusters);
        List<RouteConfig> routes = reader.read(manager);
        Optional<Part> common = manager.find("common_http_protocol_options", COMMON);
        manager.find("http_protocol_options", HTTP1);
        return new HttpConfig(
                routes,
                timeouts(manager, common, reader.timeout()),
                limits(manager, common),
                manager.truth("use_remote_address").orElse(false) ? ForwardedHeaders.APPEND : ForwardedHeaders.OFF,
                http2(manager));
    }

    /** What Baton does in one way only: the other ways are refused. */
    private static void checkSettled(Part manager) throws ConfigException {
        String server = manager.choice("server_header_transformation");
        if (!server.equals("OVERWRITE") && !server.equals("PASS_THROUGH")) {
            throw manager.problem("server_header_transformation", server + " is not supported, expected PASS_THROUGH");
        }
        for (String name : List.of("generate_request_id", "normalize_path")) {
            if (manager.truth(name).orElse(false)) {
                throw manager.problem(name, "true is not supported, expected false");
            }
        }
        String slashes = manager.choice("path_with_escaped_slashes_action");
        if (!slashes.equals("IMPLEMENTATION_SPECIFIC_DEFAULT") && !slashes.equals("KEEP_UNCHANGED")) {
            throw manager.problem(
                    "path_with_escaped_slashes_action", slashes + " is not supported, expected KEEP_UNCHANGED");
        }
        for (Part upgrade : manager.list("upgrade_configs", UPGRADE, 16)) {
            String type = upgrade.text("upgrade_type");
            if (!UPGRADES.contains(type.toLowerCase(Locale.ROOT))
                    || !upgrade.truth("enabled").orElse(true)) {
                throw upgrade.problem(
                        "%s is not supported, expected websocket or CONNECT, enabled".formatted(Words.quote(type)));
            }
        }
    }

    private static void filters(Part manager) throws ConfigException {
        List<Part> filters = manager.list("http_filters", FILTER, Integer.MAX_VALUE);
        if (filters.isEmpty()) {
            throw manager.problem("no http_filters, expected the router");
        }
        for (Part filter : filters) {
            filter.typed("typed_config", ROUTER);
        }
        if (filters.size() > 1) {
            throw filters.get(1).problem("the router again, expected it once");
        }
    }

    private static HttpTimeouts timeouts(Part manager, Optional<Part> common, Duration response)
            throws ConfigException {
        Duration stream = timeout(manager, "stream_idle_timeout", DEFAULT_STREAM_IDLE);
        if (!timeout(manager, "request_timeout", MAX_TIMEOUT).equals(MAX_TIMEOUT)) {
            throw manager.problem(
                    "request_timeout",
                    "not supported, expected none or 0s: Baton limits pauses of a request, not its length");
        }
        HttpTimeouts base = HttpTimeouts.defaults();
        return base.withIdle(common.isPresent() ? timeout(common.get(), "idle_timeout", DEFAULT_IDLE) : DEFAULT_IDLE)
                .withRequestHead(timeout(manager, "request_headers_timeout", base.requestHead()))
                .withRequestBody(stream)
                .withResponse(response)
                .withStream(stream);
    }

    /** In Envoy 0s is never. */
    static Duration timeout(Part part, String name, Duration otherwise) throws ConfigException {
        Duration value = Times.get(part, name, Duration.ZERO, MAX_TIMEOUT, otherwise);
        if (!value.isZero() && value.compareTo(MIN_TIMEOUT) < 0) {
            throw part.problem(
                    name,
                    "%s, expected 0s (never) or at least %s"
                            .formatted(Times.seconds(value), Times.seconds(MIN_TIMEOUT)));
        }
        return value.isZero() ? MAX_TIMEOUT : value;
    }

    private static HttpLimits limits(Part manager, Optional<Part> common) throws ConfigException {
        int head = manager.number("max_request_headers_kb", 1, MAX_HEADERS_KB).orElse(DEFAULT_HEADERS_KB) << 10;
        OptionalInt fields = common.isPresent()
                ? common.get().number("max_headers_count", MIN_HEADERS, MAX_HEADERS)
                : OptionalInt.empty();
        // To Envoy the first line is a part of the head like any other.
        return new HttpLimits(
                Math.min(head, MAX_REQUEST_LINE),
                head,
                fields.orElse(HttpLimits.defaults().fields()));
    }

    private static Http2Options http2(Part manager) throws ConfigException {
        String codec = manager.choice("codec_type");
        if (codec.equals("HTTP3")) {
            throw manager.problem("codec_type", "HTTP3 is not supported, expected AUTO, HTTP1 or HTTP2");
        }
        Http2Options base = Http2Options.defaults().withPriorKnowledge(!codec.equals("HTTP1"));
        Optional<Part> options = manager.find("http2_protocol_options", HTTP2);
        if (options.isEmpty()) {
            return base;
        }
        Part http2 = options.get();
        return new Http2Options(
                base.priorKnowledge(),
                http2.number("max_concurrent_streams", 1, Http2Options.MAX_STREAMS)
                        .orElse(base.maxStreams()),
                http2.number("initial_stream_window_size", Http2Options.MIN_STREAM_WINDOW, Http2Options.MAX_WINDOW)
                        .orElse(base.streamWindow()),
                http2.number("initial_connection_window_size", MIN_CONNECTION_WINDOW, Http2Options.MAX_WINDOW)
                        .orElse(base.connectionWindow()));
    }

    /** What TLS agrees on is what the codec speaks. */
    static void checkCodec(Part chain, HttpConfig http, List<String> alpn) throws ConfigException {
        if (!http.http2().priorKnowledge() && alpn.contains(TlsProtocols.HTTP_2)) {
            throw chain.problem("filters[0].typed_config.codec_type", "HTTP1 with alpn_protocols h2, expected AUTO");
        }
    }
}
