package io.baton.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** The testkit's certificates, as this module has them. */
record Certificates(io.baton.testkit.Certificates made) {

    /** Of all tests of this JVM; they are skipped when there is no OpenSSL. */
    static Certificates shared() throws Exception {
        assumeTrue(io.baton.testkit.Certificates.arePossible(), "openssl makes the certificates");
        return new Certificates(io.baton.testkit.Certificates.shared());
    }

    /** With a CA of its own. */
    static Certificates make(Path directory) throws Exception {
        assumeTrue(io.baton.testkit.Certificates.arePossible(), "openssl makes the certificates");
        return new Certificates(io.baton.testkit.Certificates.make(directory));
    }

    Path ca() {
        return made.ca();
    }

    /** One for {@code names}, as {@code file}.pem and {@code file}.key; the same when asked for again. */
    CertificateFiles issue(String file, String... names) throws Exception {
        io.baton.testkit.Certificates.Issued issued = made.issue(file, names);
        return new CertificateFiles(issued.certificate(), issued.key());
    }

    String path(String file) {
        return made.path(file);
    }
}
