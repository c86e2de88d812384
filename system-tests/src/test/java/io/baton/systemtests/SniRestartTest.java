package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS connections that go where their server name says, unopened, while the proxy is replaced. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SniRestartTest {
    private static final int RESTARTS = 3;
    private static final int CLIENTS = 20;
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final String A = "a.example.com";
    private static final String B = "b.example.com";

    /** Any hello is longer. */
    private static final int HALF_A_HELLO = 100;

    @TempDir
    Path temp;

    /** A program with lines in and out. */
    private record Talker(Process process, BufferedReader out) implements AutoCloseable {
        static Talker start(ProcessBuilder builder) throws IOException {
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            return new Talker(process, process.inputReader(UTF_8));
        }

        String line() throws IOException {
            return String.valueOf(out.readLine());
        }

        String ask(String line) throws IOException {
            OutputStream in = process.getOutputStream();
            in.write((line + "\n").getBytes(UTF_8));
            in.flush();
            return line();
        }

        /** Before the test does. */
        void end() {
            close();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void connectionsLiveThroughRestartsInTheMiddleOfTheirHelloAndBehindIt() throws Exception {
        List.of(Foreign.PYTHON, Foreign.OPENSSL, Foreign.CURL).forEach(Foreign::orSkip);
        int port = Configs.freePort();
        try (TlsOrigin a = TlsOrigin.start(temp, A);
                TlsOrigin b = TlsOrigin.start(temp, B);
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"), "-c", config(port, a, b).toString());
                Talker python = Talker.start(Foreign.PYTHON.builder(
                        script(),
                        Integer.toString(port),
                        Integer.toString(CLIENTS),
                        A,
                        a.certificate().toString(),
                        B,
                        b.certificate().toString()));
                Talker openssl = Talker.start(Foreign.OPENSSL.builder(
                        "s_client",
                        "-quiet",
                        "-verify_quiet",
                        "-servername",
                        A,
                        "-verify_return_error",
                        "-CAfile",
                        a.certificate().toString(),
                        "-connect",
                        "127.0.0.1:" + port))) {
            assertThat(python.line()).isEqualTo("connected " + 2 * CLIENTS);
            for (int epoch = 0; epoch <= RESTARTS; epoch++) {
                if (epoch > 0) {
                    upgradeInTheMiddleOfAHello(baton, port, b);
                }
                assertThat(python.ask("hello " + epoch)).isEqualTo("answered " + 2 * CLIENTS);
                assertThat(openssl.ask("hello " + epoch)).isEqualTo(A + ": hello " + epoch);
                assertThat(curl(port, A, a)).isEqualTo(A);
                assertThat(curl(port, B, b)).isEqualTo(B);
            }
            assertThat(a.handshakes()).isEqualTo(CLIENTS + 1 + RESTARTS + 1);
            assertThat(b.handshakes()).isEqualTo(CLIENTS + RESTARTS + RESTARTS + 1);
            python.end();
            openssl.end();
            await("all are logged once")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Files.readAllLines(temp.resolve("access.log")))
                            .hasSize(2 * CLIENTS + 1 + RESTARTS + 2 * (RESTARTS + 1))
                            .filteredOn(line -> line.contains("\"cluster\":\"a\""))
                            .hasSize(CLIENTS + 1 + RESTARTS + 1));
        }
    }

    /** One client stops half way in its hello, and goes on when the next process is there. */
    private static void upgradeInTheMiddleOfAHello(BatonProcess baton, int port, TlsOrigin to) throws Exception {
        try (PacedSocket paced = new PacedSocket(port, HALF_A_HELLO);
                SSLSocket tls = paced.tls(to.clientContext(), B)) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    tls.getOutputStream().write("late\n".getBytes(UTF_8));
                    answer.complete(new BufferedReader(new InputStreamReader(tls.getInputStream(), UTF_8)).readLine());
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            });
            paced.awaitStop();
            baton.upgrade();
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
            assertThat(baton.status()).contains("\"moved\":%d,\"drained\":0,\"cut\":0".formatted(2 * CLIENTS + 1 + 1));
            paced.release();
            assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(B + ": late");
        }
    }

    private static String curl(int port, String name, TlsOrigin trusted) throws IOException, InterruptedException {
        return Foreign.CURL
                .succeed(
                        "-sS",
                        "--cacert",
                        trusted.certificate().toString(),
                        "--resolve",
                        "%s:%d:127.0.0.1".formatted(name, port),
                        "https://%s:%d/".formatted(name, port))
                .out();
    }

    private static String script() throws Exception {
        return Path.of(SniRestartTest.class.getResource("/sni_clients.py").toURI())
                .toString();
    }

    private Path config(int port, TlsOrigin a, TlsOrigin b) throws IOException {
        return Files.writeString(temp.resolve("baton.yaml"), """
                listeners:
                  - name: tls
                    address: "127.0.0.1:%d"
                    tcp:
                      sni:
                        - { server_name: a.example.com, cluster: a }
                        - { server_name: "*.example.com", cluster: b }
                      hello_timeout: 5m
                clusters:
                  - { name: a, endpoints: [ "127.0.0.1:%d" ] }
                  - { name: b, endpoints: [ "127.0.0.1:%d" ] }
                access_log: { path: access.log, format: json }
                handover: { rehearsal: 500ms, drain: 20s, parent_shutdown: 30s }
                """.formatted(port, a.port(), b.port()));
    }
}
