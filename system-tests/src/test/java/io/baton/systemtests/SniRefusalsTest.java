package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients of all kinds get that say hello slowly, strangely or not at all. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SniRefusalsTest {
    private static final String A = "a.example.com";
    private static final int NEVER = Integer.MAX_VALUE;

    /** The beginning of a hello that says of itself that it is 20 kB long. */
    private static final byte[] TOO_LONG = {22, 3, 1, 0x40, 0, 1, 0, 0x50, 0};

    /** The beginning of a short one. */
    private static final byte[] BEGINNING = {22, 3, 1, 0, (byte) 200, 1, 0, 0, (byte) 196, 3, 3};

    @TempDir
    Path temp;

    @Test
    void whoSaysNothingThatLeadsAnywhereIsResetAndOthersDoNotNotice() throws Exception {
        int port = Configs.freePort();
        int admin = Configs.freePort();
        try (TlsOrigin origin = TlsOrigin.start(temp, A);
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"), "-c", config(port, admin, origin).toString())) {
            assertThat(baton.isAlive()).isTrue();
            refuseBesideOneThatIsServed(port, admin, origin);
            await().untilAsserted(this::everybodyIsLoggedOnce); // while the process that writes the log lives
        }
    }

    private static void refuseBesideOneThatIsServed(int port, int admin, TlsOrigin origin) throws Exception {
        try (PacedSocket steady = new PacedSocket(port, NEVER);
                SSLSocket tls = steady.tls(origin.clientContext(), A)) {
            assertThat(ask(tls, "byte by byte")).isEqualTo(A + ": byte by byte");

            assertReset(port, "GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n".getBytes(UTF_8), false);
            assertReset(port, TOO_LONG, false);
            assertReset(port, BEGINNING, true);
            Outcome unknown = Foreign.CURL.run(
                    "-sS", "--resolve", "c.example.org:%d:127.0.0.1".formatted(port), "https://c.example.org:" + port);
            assertThat(unknown.code()).as(unknown.err()).isEqualTo(35); // CURLE_SSL_CONNECT_ERROR
            assertThat(unknown.err()).containsIgnoringCase("reset");
            long begin = System.nanoTime();
            assertReset(port, BEGINNING, false);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));

            assertThat(ask(tls, "still there")).isEqualTo(A + ": still there");
            assertThat(origin.handshakes()).isOne();
            await().untilAsserted(() -> {
                assertThat(stat(admin, "no_filter_chain_match")).isEqualTo(4);
                assertThat(stat(admin, "downstream_pre_cx_timeout")).isEqualTo(1);
            });
        }
    }

    private void everybodyIsLoggedOnce() throws IOException {
        List<String> log = Files.readAllLines(temp.resolve("access.log"));
        assertThat(log).filteredOn(line -> line.contains(" -> - no_route ")).hasSize(4);
        assertThat(log)
                .filteredOn(line -> line.contains(" -> - hello_timeout "))
                .hasSize(1);
        assertThat(log).filteredOn(line -> line.endsWith(" cluster=a")).hasSize(1);
        assertThat(log).hasSize(6);
    }

    /** A client whose half of a hello is all it ever says must not keep a processor busy. */
    @Test
    void aThousandHalfHellosCostNoProcessorTime() throws Exception {
        int port = Configs.freePort();
        Socket[] clients = new Socket[1000];
        try (TlsOrigin origin = TlsOrigin.start(temp, A);
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        config(port, Configs.freePort(), origin).toString().replace("baton.yaml", "patient.yaml"))) {
            for (int i = 0; i < clients.length; i++) {
                clients[i] = new Socket(InetAddress.getLoopbackAddress(), port);
                clients[i].getOutputStream().write(BEGINNING);
            }
            await().untilAsserted(
                            () -> assertThat(baton.serving().connections()).isEqualTo(clients.length));
            ProcessHandle generation = ProcessHandle.of(baton.serving().pid()).orElseThrow();
            Duration before = generation.info().totalCpuDuration().orElseThrow();
            Thread.sleep(Duration.ofSeconds(3)); // an observation, not a wait for something
            Duration used = generation.info().totalCpuDuration().orElseThrow().minus(before);
            System.out.println("CPU in 3 s with 1000 half hellos: " + used);

            assertThat(baton.serving().connections()).isEqualTo(clients.length);
            // What timers and the JIT take; a loop that spins would take all 3 s.
            assertThat(used).isLessThan(Duration.ofSeconds(2));
        } finally {
            for (Socket client : clients) {
                if (client != null) {
                    client.close();
                }
            }
        }
    }

    private static String ask(SSLSocket tls, String line) throws IOException {
        tls.getOutputStream().write((line + "\n").getBytes(UTF_8));
        return new BufferedReader(new InputStreamReader(tls.getInputStream(), UTF_8)).readLine();
    }

    private static void assertReset(int port, byte[] first, boolean end) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write(first);
            if (end) {
                client.shutdownOutput();
            }
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    private static long stat(int admin, String name) throws IOException {
        try (RawClient client = new RawClient(admin)) {
            String all = client.send("GET /stats HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    .read()
                    .text();
            Matcher matcher =
                    Pattern.compile("listener\\.\\S+\\." + name + ": (\\d+)").matcher(all);
            return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
        }
    }

    /** And one beside it, patient.yaml, that waits for a minute. */
    private Path config(int port, int admin, TlsOrigin origin) throws IOException {
        String config = """
                admin: { address: "127.0.0.1:%d" }
                listeners:
                  - name: tls
                    address: "127.0.0.1:%d"
                    tcp: { sni: [ { server_name: a.example.com, cluster: a } ], hello_timeout: 1s }
                clusters:
                  - { name: a, endpoints: [ "127.0.0.1:%d" ] }
                access_log: { path: access.log }
                handover: { rehearsal: 0s }
                """.formatted(admin, port, origin.port());
        Files.writeString(temp.resolve("patient.yaml"), config.replace("hello_timeout: 1s", "hello_timeout: 1m"));
        return Files.writeString(temp.resolve("baton.yaml"), config);
    }
}
