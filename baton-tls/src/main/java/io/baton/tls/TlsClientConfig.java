package io.baton.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How TLS is spoken to a server. Its certificate is always verified, and its name.
 *
 * @param serverName asked for (SNI) and expected in the certificate: a host name, or an IP address, which is only expected
 * @param ca who must have issued the certificate, as PEM; without it whom the JDK trusts
 * @param certificate shown when it is asked for
 * @param applicationProtocols offered by ALPN; may be empty
 * @param handshakeTimeout for a whole handshake
 */
public record TlsClientConfig(
        String serverName,
        Optional<Path> ca,
        Optional<CertificateFiles> certificate,
        List<String> applicationProtocols,
        Duration handshakeTimeout) {
    public TlsClientConfig {
        requireNonNull(serverName, "serverName is null");
        requireNonNull(handshakeTimeout, "handshakeTimeout is null");
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /** No certificate of our own, no ALPN. */
    public static TlsClientConfig of(String serverName, Optional<Path> ca) {
        return new TlsClientConfig(
                serverName, ca, Optional.empty(), List.of(), TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT);
    }

    /** The same with others. */
    public TlsClientConfig withApplicationProtocols(List<String> others) {
        return new TlsClientConfig(serverName, ca, certificate, others, handshakeTimeout);
    }

    /** The same with one. */
    public TlsClientConfig withCertificate(CertificateFiles own) {
        return new TlsClientConfig(serverName, ca, Optional.of(own), applicationProtocols, handshakeTimeout);
    }
}
