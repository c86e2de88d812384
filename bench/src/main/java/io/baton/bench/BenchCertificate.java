package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A certificate of nobody's, for 127.0.0.1, that all proxies of a run show.
 *
 * @param bundle both in one file, as HAProxy has it
 */
record BenchCertificate(Path certificate, Path key, Path bundle) {
    /** Made by OpenSSL: an ECDSA key on P-256, as most of the web has. */
    static BenchCertificate make(Scene scene) throws BenchException {
        Path directory = scene.subdirectory("certificate");
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        Command.Result result = Command.run(
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=bench",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString()),
                Duration.ofSeconds(10));
        if (result.exitCode() != 0) {
            throw new BenchException("openssl cannot make a certificate: " + result.text());
        }
        Path bundle = scene.write(
                directory.resolve("bundle.pem"), scene.read(certificate) + System.lineSeparator() + scene.read(key));
        return new BenchCertificate(certificate, key, bundle);
    }
}
