package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.http.TlsProtocols;
import io.baton.http.UpstreamProtocol;
import io.baton.tls.CertificateFiles;
import io.baton.tls.TlsClientConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * TLS to a cluster's endpoints, whose certificates are always verified.
 *
 * @param serverName asked for and expected of each endpoint; empty: the host that the endpoint is written with
 * @param ca who must have issued the certificates; empty: whom the JDK trusts
 * @param certificate shown when it is asked for
 */
public record ClusterTls(Optional<String> serverName, Optional<Path> ca, Optional<CertificateFiles> certificate) {
    public ClusterTls {
        requireNonNull(serverName, "serverName is null");
        requireNonNull(ca, "ca is null");
        requireNonNull(certificate, "certificate is null");
    }

    /**
     * For one endpoint.
     *
     * @throws IllegalArgumentException when it has no name to expect
     */
    public TlsClientConfig client(Endpoint endpoint, UpstreamProtocol protocol, Duration limit) {
        String name = serverName
                .or(endpoint::host)
                .orElseThrow(() -> new IllegalArgumentException("%s has no host name".formatted(endpoint.written())));
        return new TlsClientConfig(name, ca, certificate, TlsProtocols.of(protocol), limit);
    }
}
