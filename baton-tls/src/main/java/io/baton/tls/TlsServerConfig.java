package io.baton.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a listener speaks TLS.
 *
 * @param certificates at least one; a client gets the first whose names match the one it asks for, otherwise the first of all
 * @param applicationProtocols offered by ALPN, the preferred first; may be empty
 * @param clientAuthentication whether clients show certificates
 * @param clientCa who must have issued them, as PEM; present exactly when they are asked for
 * @param oldest version that is spoken
 * @param newest version that is spoken
 * @param handshakeTimeout for a whole handshake
 */
public record TlsServerConfig(
        List<CertificateFiles> certificates,
        List<String> applicationProtocols,
        ClientAuthentication clientAuthentication,
        Optional<Path> clientCa,
        TlsVersion oldest,
        TlsVersion newest,
        Duration handshakeTimeout) {
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    public TlsServerConfig {
        certificates = List.copyOf(certificates);
        applicationProtocols = List.copyOf(applicationProtocols);
        requireNonNull(clientAuthentication, "clientAuthentication is null");
        requireNonNull(handshakeTimeout, "handshakeTimeout is null");
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no certificates, expected at least one");
        }
        if (clientCa.isPresent() != (clientAuthentication != ClientAuthentication.NONE)) {
            throw new IllegalArgumentException("client authentication is %s and its CA is %s, expected both or none"
                    .formatted(clientAuthentication, clientCa));
        }
        if (oldest.compareTo(newest) > 0) {
            throw new IllegalArgumentException("versions from %s to %s".formatted(oldest, newest));
        }
    }

    /** TLS 1.2 and 1.3, no client certificates, no ALPN. */
    public static TlsServerConfig of(CertificateFiles certificate) {
        return new TlsServerConfig(
                List.of(certificate),
                List.of(),
                ClientAuthentication.NONE,
                Optional.empty(),
                TlsVersion.TLS_1_2,
                TlsVersion.TLS_1_3,
                DEFAULT_HANDSHAKE_TIMEOUT);
    }

    /** The same with others. */
    public TlsServerConfig withCertificates(List<CertificateFiles> others) {
        return new TlsServerConfig(
                others, applicationProtocols, clientAuthentication, clientCa, oldest, newest, handshakeTimeout);
    }

    /** The same with others. */
    public TlsServerConfig withApplicationProtocols(List<String> others) {
        return new TlsServerConfig(
                certificates, others, clientAuthentication, clientCa, oldest, newest, handshakeTimeout);
    }

    /** The same, asking for certificates that {@code ca} has issued. */
    public TlsServerConfig withClientCertificates(ClientAuthentication authentication, Path ca) {
        return new TlsServerConfig(
                certificates, applicationProtocols, authentication, Optional.of(ca), oldest, newest, handshakeTimeout);
    }

    /** The same with others. */
    public TlsServerConfig withVersions(TlsVersion oldestSpoken, TlsVersion newestSpoken) {
        return new TlsServerConfig(
                certificates,
                applicationProtocols,
                clientAuthentication,
                clientCa,
                oldestSpoken,
                newestSpoken,
                handshakeTimeout);
    }

    /** The same with another. */
    public TlsServerConfig withHandshakeTimeout(Duration other) {
        return new TlsServerConfig(
                certificates, applicationProtocols, clientAuthentication, clientCa, oldest, newest, other);
    }
}
