package io.baton.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.baton.testkit.EnvoyProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files that Baton is tested with are what a real Envoy takes. {@code ENVOY_BIN} names its binary. */
class EnvoyAcceptsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @Test
    @Timeout(60)
    void aRealEnvoyAcceptsEveryFile() throws Exception {
        Optional<Path> envoy = EnvoyProcess.binary("whether Envoy accepts what Baton converts");
        assumeThat(envoy).as("ENVOY_BIN").isPresent();
        for (String name : List.of("a", "b")) {
            assertThat(run(List.of(
                            "openssl",
                            "req",
                            "-x509",
                            "-newkey",
                            "ec",
                            "-pkeyopt",
                            "ec_paramgen_curve:prime256v1",
                            "-nodes",
                            "-keyout",
                            temp.resolve(name + ".key").toString(),
                            "-out",
                            temp.resolve(name + ".pem").toString(),
                            "-days",
                            "2",
                            "-subj",
                            "/CN=" + name)))
                    .endsWith("exit 0");
        }
        for (String name : EnvoyFiles.ALL) {
            Path file = Files.writeString(temp.resolve(name), EnvoyFiles.text(name, temp.toString()));
            assertThat(run(List.of(
                            envoy.get().toString(),
                            "--mode",
                            "validate",
                            "--disable-hot-restart",
                            "-l",
                            "error",
                            "-c",
                            file.toString())))
                    .as(name)
                    .endsWith("exit 0");
        }
    }

    private String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        try {
            String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return words + "exit " + process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
