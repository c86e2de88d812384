package io.baton.proxy;

import java.util.List;

/**
 * The keys of one mapping.
 *
 * @param known what this version reads
 * @param later what the design shows and this version cannot do yet: refused by name, not as a slip of the keyboard
 */
record Keys(List<String> known, List<String> later) {
    static final Keys ROOT = of("admin", "listeners", "clusters", "access_log", "handover", "limits");
    static final Keys ADMIN = of("address");
    static final Keys LISTENER = of("name", "address", "reuse_port", "tls", "tcp", "http");
    static final Keys LISTENER_TLS = of(
            "certificate",
            "key",
            "certificates",
            "client_ca",
            "client_certificate",
            "min_version",
            "alpn",
            "handshake_timeout");
    static final Keys CERTIFICATE = of("certificate", "key");
    static final Keys TCP = of("cluster", "sni", "hello_timeout", "idle_timeout");
    static final Keys SNI_ROUTE = of("server_name", "cluster");
    static final Keys HTTP = of(
            "routes",
            "idle_timeout",
            "request_head_timeout",
            "request_body_timeout",
            "response_timeout",
            "stream_idle_timeout",
            "max_header_bytes",
            "max_headers",
            "max_request_line",
            "x_forwarded",
            "http2");
    static final Keys HTTP2 = of("prior_knowledge", "max_concurrent_streams", "stream_window", "connection_window");
    static final Keys ROUTE = of("host", "prefix", "exact", "connect", "headers", "cluster");
    static final Keys CLUSTER = of(
            "name",
            "endpoints",
            "balance",
            "connect_timeout",
            "health",
            "max_connections",
            "max_requests",
            "idle_timeout",
            "max_idle",
            "protocol",
            "max_concurrent_streams",
            "tls");
    static final Keys CLUSTER_TLS = of("server_name", "ca", "certificate", "key");
    static final Keys ENDPOINT = of("address", "weight");
    static final Keys HEALTH = of("tcp", "http", "host", "status", "interval", "timeout", "healthy", "unhealthy");
    static final Keys ACCESS_LOG = of("path", "format");
    static final Keys HANDOVER = of("drain", "parent_shutdown", "batch", "rate", "rehearsal", "ready_timeout");
    static final Keys LIMITS = of("connections", "pipe");

    Keys {
        known = List.copyOf(known);
        later = List.copyOf(later);
    }

    private static Keys of(String... known) {
        return new Keys(List.of(known), List.of());
    }
}
