package io.baton.proxy;

import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import io.baton.http.TlsProtocols;
import io.baton.proxy.RouteConfig.PathMatch;
import io.baton.tls.CertificateFiles;
import io.baton.tls.ClientAuthentication;
import io.baton.tls.TlsServerConfig;
import io.baton.tls.TlsVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes one of {@code listeners}. */
final class ListenerWriter {
    private ListenerWriter() {}

    static Map<String, Object> listener(ListenerConfig listener) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("name", listener.name());
        section.put("address", ConfigWriter.address(listener.address()));
        if (listener.reusePort() != BatonConfig.isTcp(listener.address())) {
            section.put("reuse_port", listener.reusePort());
        }
        listener.tls().ifPresent(tls -> section.put("tls", tls(tls)));
        switch (listener.protocol()) {
            case TcpConfig tcp -> section.put("tcp", tcp(tcp));
            case HttpConfig http -> section.put("http", http(http));
        }
        return section;
    }

    private static Map<String, Object> tls(TlsServerConfig tls) {
        Map<String, Object> section = new LinkedHashMap<>();
        List<CertificateFiles> certificates = tls.certificates();
        if (certificates.size() == 1) {
            section.putAll(certificate(certificates.getFirst()));
        } else {
            section.put(
                    "certificates",
                    certificates.stream().map(ListenerWriter::certificate).toList());
        }
        tls.clientCa().ifPresent(ca -> section.put("client_ca", ca.toString()));
        if (tls.clientAuthentication() == ClientAuthentication.OPTIONAL) {
            section.put("client_certificate", "optional");
        }
        if (tls.oldest() == TlsVersion.TLS_1_3) {
            section.put("min_version", "1.3");
        }
        // A tcp listener has none, and may not say so.
        if (!tls.applicationProtocols().isEmpty()
                && !tls.applicationProtocols().equals(List.of(TlsProtocols.HTTP_1_1))) {
            section.put("alpn", List.copyOf(tls.applicationProtocols()));
        }
        ConfigWriter.put(
                section, "handshake_timeout", tls.handshakeTimeout(), TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT);
        return section;
    }

    static Map<String, Object> certificate(CertificateFiles files) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("certificate", files.certificate().toString());
        section.put("key", files.key().toString());
        return section;
    }

    private static Map<String, Object> tcp(TcpConfig tcp) {
        Map<String, Object> section = new LinkedHashMap<>();
        tcp.cluster().ifPresent(cluster -> section.put("cluster", cluster));
        if (!tcp.sni().isEmpty()) {
            section.put(
                    "sni",
                    tcp.sni().stream()
                            .map(route -> {
                                Map<String, Object> item = new LinkedHashMap<>();
                                item.put("server_name", route.serverName());
                                item.put("cluster", route.cluster());
                                return item;
                            })
                            .toList());
            ConfigWriter.put(section, "hello_timeout", tcp.helloTimeout(), TcpConfig.DEFAULT_HELLO_TIMEOUT);
        }
        ConfigWriter.put(section, "idle_timeout", tcp.idleTimeout(), TcpConfig.DEFAULT_IDLE_TIMEOUT);
        return section;
    }

    private static Map<String, Object> http(HttpConfig http) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("routes", http.routes().stream().map(ListenerWriter::route).toList());
        HttpTimeouts base = HttpTimeouts.defaults();
        HttpTimeouts timeouts = http.timeouts();
        ConfigWriter.put(section, "idle_timeout", timeouts.idle(), base.idle());
        ConfigWriter.put(section, "request_head_timeout", timeouts.requestHead(), base.requestHead());
        ConfigWriter.put(section, "request_body_timeout", timeouts.requestBody(), base.requestBody());
        ConfigWriter.put(section, "response_timeout", timeouts.response(), base.response());
        ConfigWriter.put(section, "stream_idle_timeout", timeouts.stream(), base.stream());
        HttpLimits limits = HttpLimits.defaults();
        ConfigWriter.putSize(section, "max_request_line", http.limits().requestLineBytes(), limits.requestLineBytes());
        ConfigWriter.putSize(section, "max_header_bytes", http.limits().headBytes(), limits.headBytes());
        ConfigWriter.put(section, "max_headers", http.limits().fields(), limits.fields());
        if (http.forwarded() != new HttpConfig(http.routes()).forwarded()) {
            section.put("x_forwarded", http.forwarded().name().toLowerCase(Locale.ROOT));
        }
        ConfigWriter.putSection(section, "http2", http2(http.http2()));
        return section;
    }

    private static Map<String, Object> http2(Http2Options http2) {
        Http2Options base = Http2Options.defaults();
        Map<String, Object> section = new LinkedHashMap<>();
        if (http2.priorKnowledge() != base.priorKnowledge()) {
            section.put("prior_knowledge", http2.priorKnowledge());
        }
        ConfigWriter.put(section, "max_concurrent_streams", http2.maxStreams(), base.maxStreams());
        ConfigWriter.putSize(section, "stream_window", http2.streamWindow(), base.streamWindow());
        ConfigWriter.putSize(section, "connection_window", http2.connectionWindow(), base.connectionWindow());
        return section;
    }

    private static Map<String, Object> route(RouteConfig route) {
        Map<String, Object> section = new LinkedHashMap<>();
        route.host().ifPresent(host -> section.put("host", host));
        switch (route.path()) {
            case PathMatch.Prefix(String prefix) -> section.put("prefix", prefix);
            case PathMatch.Exact(String path) -> section.put("exact", path);
            case PathMatch.Connect() -> section.put("connect", true);
        }
        if (!route.headers().isEmpty()) {
            section.put("headers", new TreeMap<String, Object>(route.headers()));
        }
        section.put("cluster", route.cluster());
        return section;
    }
}
