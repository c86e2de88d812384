package io.baton.systemtests;

import static java.util.Objects.requireNonNull;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration of a Baton with listeners and clusters that speak TLS, one of each for each thing that is looked at. */
final class TlsFronts {
    static final String NAME = "127.0.0.1";
    static final String H2 = ", alpn: [ h2, http/1.1 ]";

    private final Certificates certificates;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<String> listeners = new ArrayList<>();
    private final List<String> clusters = new ArrayList<>();

    TlsFronts(Certificates certificates) {
        this.certificates = certificates;
    }

    /** What the listener shows. */
    Certificates.Issued server() throws IOException, InterruptedException {
        return certificates.issue("server", NAME, "localhost");
    }

    /** What clients show that are asked for it. */
    Certificates.Issued client() throws IOException, InterruptedException {
        return certificates.issue("client", "client.example.com");
    }

    /** A certificate and its key, and who issued it. */
    List<String> files(Certificates.Issued issued) {
        return List.of(
                issued.certificate().toString(),
                issued.key().toString(),
                certificates.ca().toString());
    }

    /** @param more further keys of {@code tls}, each with a comma before it */
    String tls(String more) throws IOException, InterruptedException {
        return "tls: { certificate: %s, key: %s%s }, ".formatted(server().certificate(), server().key(), more);
    }

    String tlsWithClientCertificate() throws IOException, InterruptedException {
        return tls(", client_ca: " + certificates.ca());
    }

    TlsFronts http(String name, String tls, String cluster) throws IOException {
        return add(
                name,
                tls
                        + "http: { idle_timeout: 10m, stream_idle_timeout: 10m, routes: [ { prefix: /, cluster: %s } ] }"
                                .formatted(cluster));
    }

    TlsFronts tcp(String name, String tls, String cluster) throws IOException {
        return add(name, tls + "tcp: { cluster: %s }".formatted(cluster));
    }

    private TlsFronts add(String name, String keys) throws IOException {
        int port = Configs.freePort();
        ports.put(name, port);
        listeners.add("  - { name: %s, address: \"127.0.0.1:%d\", %s }".formatted(name, port, keys));
        return this;
    }

    TlsFronts cluster(String name, int endpoint) {
        clusters.add("  - { name: %s, endpoints: [ \"127.0.0.1:%d\" ] }".formatted(name, endpoint));
        return this;
    }

    /** One that speaks TLS, and is shown a certificate. */
    TlsFronts securedCluster(String name, int endpoint) throws IOException, InterruptedException {
        clusters.add("  - { name: %s, endpoints: [ \"127.0.0.1:%d\" ], tls: { ca: %s, certificate: %s, key: %s } }"
                .formatted(name, endpoint, certificates.ca(), client().certificate(), client().key()));
        return this;
    }

    int port(String listener) {
        return requireNonNull(ports.get(listener), "no such listener");
    }

    String url(String listener, String target) {
        return "https://%s:%d%s".formatted(NAME, port(listener), target);
    }

    /** @param more further lines */
    Path write(Path directory, String more) throws IOException {
        List<String> lines = new ArrayList<>(List.of("listeners:"));
        lines.addAll(listeners);
        lines.add("clusters:");
        lines.addAll(clusters);
        lines.add(more);
        return Files.write(directory.resolve("tls-fronts.yaml"), lines);
    }
}
