package io.baton.testkit;

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

/** Certificates of a CA of the test's own, made by OpenSSL in a directory of the test's own. Thread-safe. */
public final class Certificates {
    private static final Path OPENSSL = Path.of("/usr/bin/openssl");
    private static @Nullable Certificates shared;

    private final Path directory;
    private final Map<String, Issued> issued = new HashMap<>();

    /** As files in PEM; the key as PKCS#8 without a password. */
    public record Issued(Path certificate, Path key) {}

    private Certificates(Path directory) {
        this.directory = directory;
    }

    /** Whether there is an OpenSSL; without it nothing here works. */
    public static boolean arePossible() {
        return Files.isExecutable(OPENSSL);
    }

    /** Of all tests of this JVM. */
    public static synchronized Certificates shared() throws IOException, InterruptedException {
        Certificates existing = shared;
        if (existing == null) {
            existing = make(Files.createTempDirectory("baton-tls"));
            shared = existing;
        }
        return existing;
    }

    /** With a new CA, in {@code directory}. */
    public static Certificates make(Path directory) throws IOException, InterruptedException {
        Certificates made = new Certificates(directory);
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
                .with("-subj", "/CN=Test CA", "-keyout", made.path("ca.key"), "-out", made.path("ca.pem"))
                .run();
        return made;
    }

    public Path ca() {
        return directory.resolve("ca.pem");
    }

    /** One for {@code names}, as {@code file}.pem and {@code file}.key; the same when asked for again. */
    public synchronized Issued issue(String file, String... names) throws IOException, InterruptedException {
        Issued before = issued.get(file);
        if (before == null) {
            before = reissue(file, names);
        }
        return before;
    }

    /** A new one in the same files. */
    public synchronized Issued reissue(String file, String... names) throws IOException, InterruptedException {
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
        Issued made = new Issued(directory.resolve(file + ".pem"), directory.resolve(file + ".key"));
        issued.put(file, made);
        return made;
    }

    /** Of a file of its directory. */
    public String path(String file) {
        return directory.resolve(file).toString();
    }

    private static Command openssl(String... arguments) {
        return new Command(new ArrayList<>(List.of(OPENSSL.toString()))).with(arguments);
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
