package io.baton.tls;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was agreed on in the handshake; it moves with the connection.
 *
 * @param version of TLS
 * @param cipherSuite its IANA name
 * @param applicationProtocol by ALPN
 * @param serverName that the client asked for
 * @param peerCertificates the other side's chain as DER, its own first; empty when it showed none
 * @param resumed by a ticket of an earlier session
 */
public record TlsSession(
        TlsVersion version,
        String cipherSuite,
        Optional<String> applicationProtocol,
        Optional<String> serverName,
        List<byte[]> peerCertificates,
        boolean resumed) {

    public TlsSession {
        requireNonNull(version, "version is null");
        requireNonNull(cipherSuite, "cipherSuite is null");
        requireNonNull(applicationProtocol, "applicationProtocol is null");
        requireNonNull(serverName, "serverName is null");
        peerCertificates = List.copyOf(peerCertificates);
    }

    /**
     * {@link #peerCertificates}, parsed.
     *
     * @throws CertificateException when the JDK cannot read one that the engine could
     */
    public List<X509Certificate> x509Certificates() throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> parsed = new ArrayList<>();
        for (byte[] der : peerCertificates) {
            parsed.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return parsed;
    }

    /** Without the certificates' bytes. */
    @Override
    public String toString() {
        return "TlsSession[%s, %s, alpn=%s, sni=%s, %d certificates, resumed=%s]"
                .formatted(
                        version.label(),
                        cipherSuite,
                        applicationProtocol.orElse("none"),
                        serverName.orElse("none"),
                        peerCertificates.size(),
                        resumed);
    }
}
