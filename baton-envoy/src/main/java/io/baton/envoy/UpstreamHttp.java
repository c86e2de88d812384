package io.baton.envoy;

import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ConfigException;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * What HTTP is spoken with a cluster: its {@code typed_extension_protocol_options}, or {@code http2_protocol_options} as before them.
 *
 * @param streams on one HTTP/2 connection
 * @param idleTimeout of kept connections
 */
record UpstreamHttp(UpstreamProtocol protocol, int streams, Duration idleTimeout) {
    private static final String EXTENSION = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final Fields OPTIONS =
            Fields.of(HttpProtocolOptions.getDescriptor(), "explicit_http_config", "common_http_protocol_options");
    private static final Fields EXPLICIT = Fields.of(
            HttpProtocolOptions.ExplicitHttpConfig.getDescriptor(), "http_protocol_options", "http2_protocol_options");
    private static final Fields COMMON =
            Fields.of(io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.getDescriptor(), "idle_timeout");
    private static final Fields HTTP1 = Fields.of(Http1ProtocolOptions.getDescriptor());
    private static final Fields HTTP2 = Fields.of(Http2ProtocolOptions.getDescriptor(), "max_concurrent_streams");

    private static final Duration MIN_IDLE = Duration.ofMillis(10);
    private static final Duration MAX_IDLE = Duration.ofDays(1);
    private static final int MAX_STREAMS = 10_000;

    static UpstreamHttp read(Part cluster) throws ConfigException {
        Optional<Part> options = cluster.entry("typed_extension_protocol_options", EXTENSION, OPTIONS);
        Optional<Part> http2 = cluster.find("http2_protocol_options", HTTP2);
        if (options.isEmpty()) {
            return of(http2, UpstreamPoolLimits.DEFAULTS.idleTimeout());
        }
        if (http2.isPresent()) {
            throw http2.get().problem("beside typed_extension_protocol_options, expected one of the two");
        }
        Part explicit = options.get().get("explicit_http_config", EXPLICIT, "it: HTTP/1.1 or HTTP/2");
        explicit.find("http_protocol_options", HTTP1);
        Optional<Part> common = options.get().find("common_http_protocol_options", COMMON);
        Duration idle = UpstreamPoolLimits.DEFAULTS.idleTimeout();
        if (common.isPresent()) {
            idle = Times.get(common.get(), "idle_timeout", MIN_IDLE, MAX_IDLE, idle);
        }
        return of(explicit.find("http2_protocol_options", HTTP2), idle);
    }

    private static UpstreamHttp of(Optional<Part> http2, Duration idle) throws ConfigException {
        if (http2.isEmpty()) {
            return new UpstreamHttp(UpstreamProtocol.HTTP_1_1, ClusterConfig.DEFAULT_STREAMS, idle);
        }
        int streams =
                http2.get().number("max_concurrent_streams", 1, MAX_STREAMS).orElse(ClusterConfig.DEFAULT_STREAMS);
        return new UpstreamHttp(UpstreamProtocol.HTTP_2, streams, idle);
    }
}
