package io.baton.tls;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A certificate and its key.
 *
 * @param certificate its chain as PEM, its own first
 * @param key PKCS#8 as PEM, not encrypted
 */
public record CertificateFiles(Path certificate, Path key) {
    public CertificateFiles {
        requireNonNull(certificate, "certificate is null");
        requireNonNull(key, "key is null");
    }
}
