package io.baton.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Certificates of a CA of the test's own, made by OpenSSL in a directory of the test's own. */
final class Certificates {
    private static @Nullable Certificates shared;

    private final Path directory;
    private final Map<String, CertificateFiles> issued = new HashMap<>();

    /** Of all tests of this JVM; they are skipped when there is no OpenSSL. */
    static synchronized Certificates shared() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl makes the certificates");
        Certificates existing = shared;
        if (existing == null) {
            existing = new Certificates(Files.createTempDirectory("baton-tls"));
            shared = existing;
        }
        return existing;
    }

    Certificates(Path directory) throws Exception {
        this.directory = directory;
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
                .with("-subj", "/CN=Test CA", "-keyout", path("ca.key"), "-out", path("ca.pem"))
                .run();
    }

    Path ca() {
        return directory.resolve("ca.pem");
    }

    /** One for {@code names}, as {@code file}.pem and {@code file}.key; the same when asked for again. */
    synchronized CertificateFiles issue(String file, String... names) throws Exception {
        CertificateFiles before = issued.get(file);
        if (before != null) {
            return before;
        }
        List<String> alternatives = new ArrayList<>();
        for (String name : names) {
            alternatives.add((Character.isDigit(name.charAt(0)) ? "IP:" : "DNS:") + name);
        }
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + file)
                .with("-addext", "subjectAltName=" + String.join(",", alternatives))
                .with("-keyout", path(file + ".key"), "-out", path(file + ".csr"))
                .run();
        openssl("x509", "-req", "-in", path(file + ".csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"))
                .with("-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out", path(file + ".pem"))
                .run();
        CertificateFiles made =
                new CertificateFiles(directory.resolve(file + ".pem"), directory.resolve(file + ".key"));
        issued.put(file, made);
        return made;
    }

    String path(String file) {
        return directory.resolve(file).toString();
    }

    private static Command openssl(String... arguments) {
        return new Command(new ArrayList<>(List.of("openssl"))).with(arguments);
    }

    private record Command(List<String> words) {
        Command with(String... more) {
            words.addAll(List.of(more));
            return this;
        }

        void run() throws IOException, InterruptedException {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.PIPE)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(words + ": " + said);
            }
        }
    }
}
