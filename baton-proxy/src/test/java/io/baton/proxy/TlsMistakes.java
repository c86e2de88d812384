package io.baton.proxy;

import io.baton.proxy.ConfigMistakes.Mistake;
import java.util.List;

/** As {@link ConfigMistakes}, of {@code tls}. */
final class TlsMistakes {
    private static final String ORIGIN = "clusters: [{ name: origin, endpoints: [\"127.0.0.1:9000\"] }]\n";
    private static final String CERTIFICATE = "certificate: c.pem, key: k.pem";

    private static final String LISTENER =
            "listeners: [{ name: web, address: 0.0.0.0:80, tcp: { cluster: origin } }]\n";

    private TlsMistakes() {}

    static final List<Mistake> LISTENERS = List.of(
            tcp(
                    "tls with nothing in it",
                    "{}",
                    "6:10: listeners[0].tls: no key \"certificate\", expected certificate: the path of a file"),
            tcp(
                    "a certificate without its key",
                    "{ certificate: c.pem }",
                    "6:10: listeners[0].tls: no key \"key\", expected key: the path of a file"),
            tcp(
                    "a key like no other",
                    "{ " + CERTIFICATE + ", cipher: RC4 }",
                    "6:44: listeners[0].tls: unknown key \"cipher\", expected certificate, key, certificates, client_ca, client_certificate, min_version, alpn or handshake_timeout"),
            tcp(
                    "a directory for a file",
                    "{ certificate: certs/, key: k.pem }",
                    "6:25: listeners[0].tls.certificate: \"certs/\", expected the path of a file"),
            tcp(
                    "one certificate and several",
                    "{ " + CERTIFICATE + ", certificates: [{ " + CERTIFICATE + " }] }",
                    "6:58: listeners[0].tls.certificates: certificate and certificates in one tls, expected one of them"),
            tcp(
                    "an empty list of certificates",
                    "{ certificates: [] }",
                    "6:26: listeners[0].tls.certificates: a list of 0, expected 1 to 64 certificates"),
            tcp(
                    "client certificates of nobody",
                    "{ " + CERTIFICATE + ", client_certificate: required }",
                    "6:64: listeners[0].tls.client_certificate: no key \"client_ca\" beside it, expected client_ca: FILE (who issues those certificates)"),
            tcp(
                    "client certificates, perhaps",
                    "{ " + CERTIFICATE + ", client_ca: a.pem, client_certificate: maybe }",
                    "6:82: listeners[0].tls.client_certificate: \"maybe\", expected required or optional"),
            tcp(
                    "a version that is broken",
                    "{ " + CERTIFICATE + ", min_version: \"1.0\" }",
                    "6:57: listeners[0].tls.min_version: \"1.0\", expected 1.2 or 1.3; did you mean \"1.2\"?"),
            tcp(
                    "a handshake without time",
                    "{ " + CERTIFICATE + ", handshake_timeout: 1ms }",
                    "6:63: listeners[0].tls.handshake_timeout: \"1ms\", expected a duration from 100ms to 2m (a whole number and ms, s, m or h)"),
            tcp(
                    "a protocol where there are bytes",
                    "{ " + CERTIFICATE + ", alpn: [ h2 ] }",
                    "6:50: listeners[0].tls.alpn: of a tcp listener, expected no such key: it passes on bytes"),
            http(
                    "a protocol nobody knows",
                    "{ " + CERTIFICATE + ", alpn: [ h3 ] }",
                    "6:52: listeners[0].tls.alpn[0]: \"h3\", expected h2 or http/1.1, each once"),
            http(
                    "a protocol twice",
                    "{ " + CERTIFICATE + ", alpn: [ h2, h2 ] }",
                    "6:56: listeners[0].tls.alpn[1]: \"h2\", expected h2 or http/1.1, each once"),
            new Mistake(
                    "tls that is opened and is not",
                    ORIGIN + "listeners:\n  - name: web\n    address: 0.0.0.0:443\n    tls: { " + CERTIFICATE
                            + " }\n    tcp: { sni: [{ server_name: a.example, cluster: origin }] }\n",
                    "baton.yaml:5:10: listeners[0].tls: tls beside tcp.sni, expected one of them: sni passes TLS on without opening it"),
            new Mistake(
                    "tls in tls",
                    """
                            clusters: [{ name: origin, endpoints: ["127.0.0.1:9000"], tls: {} }]
                            listeners:
                              - name: web
                                address: 0.0.0.0:443
                                tcp: { sni: [{ server_name: a.example, cluster: origin }] }
                            """,
                    "baton.yaml:5:10: listeners[0].tcp: sni with cluster \"origin\", which has tls, expected one without: what is passed on is TLS already"));

    static final List<Mistake> CLUSTERS = List.of(
            cluster(
                    "tls that is no mapping",
                    "true",
                    "127.0.0.1:9000",
                    "5:10: clusters[0].tls: \"true\", expected a mapping with server_name, ca, certificate or key"),
            cluster(
                    "a cluster's key like no other",
                    "{ verify: false }",
                    "127.0.0.1:9000",
                    "5:12: clusters[0].tls: unknown key \"verify\", expected server_name, ca, certificate or key"),
            cluster(
                    "a name that is none",
                    "{ server_name: \"a b\" }",
                    "127.0.0.1:9000",
                    "5:25: clusters[0].tls.server_name: \"a b\", expected the name in the endpoints' certificates, or their IP address"),
            cluster(
                    "a socket without a name",
                    "{ ca: ca.pem }",
                    "unix:/run/a.sock",
                    "5:10: clusters[0].tls: no key \"server_name\", expected it: a UNIX socket has no name to be verified"),
            cluster(
                    "a client's certificate without its key",
                    "{ certificate: c.pem }",
                    "127.0.0.1:9000",
                    "5:10: clusters[0].tls: no key \"key\", expected key: the path of a file"),
            new Mistake(
                    "a check that speaks no tls",
                    LISTENER
                            + "clusters:\n  - { name: origin, endpoints: [\"127.0.0.1:9000\"], tls: {}, health: { http: / } }\n",
                    "baton.yaml:3:69: clusters[0].health: http with tls, expected tcp: true (checks speak no TLS)"));

    private static Mistake tcp(String name, String tls, String line) {
        return listener(name, tls, "tcp: { cluster: origin }", line);
    }

    private static Mistake http(String name, String tls, String line) {
        return listener(name, tls, "http: { routes: [{ prefix: /, cluster: origin }] }", line);
    }

    private static Mistake listener(String name, String tls, String protocol, String line) {
        return new Mistake(
                name,
                ORIGIN + "listeners:\n  - name: web\n    address: 0.0.0.0:443\n    " + protocol + "\n    tls: " + tls
                        + "\n",
                "baton.yaml:" + line);
    }

    private static Mistake cluster(String name, String tls, String endpoint, String line) {
        return new Mistake(
                name,
                LISTENER + "clusters:\n  - name: origin\n    endpoints: [ \"" + endpoint + "\" ]\n    tls: " + tls
                        + "\n",
                "baton.yaml:" + line);
    }
}
