package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real Envoy, then Baton, then real Envoy, one taking over from the other under load. {@code ENVOY_BIN} names Envoy's binary; without
 * it this is skipped, and says so.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class EnvoyChainTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path temp;

    private final String baseId = Long.toString(ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000));

    @Test
    void envoyToBatonToEnvoyUnderLoadFailsNothing() throws Exception {
        Path envoy = envoy();
        int port = Configs.freePort();
        int admin = Configs.freePort();
        try (HttpOrigin origin = HttpOrigin.start()) {
            Path envoyConfig = envoyConfig(port, admin, origin.address().getPort());
            Path batonConfig = Configs.write(
                    temp,
                    port,
                    origin.address(),
                    "admin: { address: \"127.0.0.1:%d\" }".formatted(admin),
                    "handover: { rehearsal: 200ms, drain: 2s, parent_shutdown: 4s }");
            try (RealEnvoy first = startEnvoy(envoy, envoyConfig, 0)) {
                await().atMost(PATIENCE).until(() -> serverInfo(admin).contains("\"restart_epoch\": 0"));
                try (HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 200))) {
                    await().until(() -> load.progress().answered() > 50);
                    try (ServedGeneration second = ServedGeneration.start(
                                    "-c", batonConfig.toString(), "--base-id", baseId, "--restart-epoch", "1")
                            .awaitReady()) {
                        assertThat(first.awaitExit())
                                .as("Envoy is told to end when its last connection has left")
                                .isZero();
                        assertThat(serverInfo(admin)).contains("\"restart_epoch\": 1");
                        try (RealEnvoy _ = startEnvoy(envoy, envoyConfig, 2)) {
                            assertThat(second.awaitExit())
                                    .as("Baton ends at Envoy's word")
                                    .isZero();
                            assertThirdHasTheNumbersOfAll(admin);
                            HttpResult result = load.stop();
                            assertThat(result.isClean())
                                    .as("%s", result.failures())
                                    .isTrue();
                            assertThat(result.answered()).isGreaterThan(500);
                        }
                    }
                }
            }
        }
    }

    private static void assertThirdHasTheNumbersOfAll(int admin) {
        assertThat(serverInfo(admin)).contains("\"restart_epoch\": 2");
        assertThat(get(admin, "/stats?filter=server.hot_restart_generation")).contains("generation: 3");
        assertThat(get(admin, "/stats?filter=downstream_cx_total"))
                .as("what the three have counted together")
                .containsPattern("listener\\.127\\.0\\.0\\.1_\\d+\\.downstream_cx_total: [1-9]\\d\\d");
    }

    private record RealEnvoy(Process process) implements AutoCloseable {
        int awaitExit() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("Envoy ends")
                    .isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    private static Path envoy() {
        String path = System.getenv("ENVOY_BIN");
        boolean there = path != null && Files.isExecutable(Path.of(path));
        if (!there) {
            System.err.println(
                    "SKIPPED: ENVOY_BIN is %s, expected a real Envoy's binary: the chain with Envoy is not tested"
                            .formatted(path));
        }
        Assumptions.assumeTrue(there, "ENVOY_BIN is " + path);
        return Path.of(path);
    }

    private RealEnvoy startEnvoy(Path envoy, Path config, int epoch) throws IOException {
        return new RealEnvoy(new ProcessBuilder(
                        envoy.toString(),
                        "-c",
                        config.toString(),
                        "--base-id",
                        baseId,
                        "--restart-epoch",
                        Integer.toString(epoch),
                        "--concurrency",
                        "2",
                        "--drain-time-s",
                        "2",
                        "--parent-shutdown-time-s",
                        "4")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("envoy-%d.log".formatted(epoch)).toFile())
                .start());
    }

    private Path envoyConfig(int port, int admin, int origin) throws IOException {
        return Files.writeString(temp.resolve("envoy.yaml"), """
                admin: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                static_resources:
                  listeners:
                  - name: web
                    address: { socket_address: { address: 127.0.0.1, port_value: %d } }
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: web
                          cluster: origin
                  clusters:
                  - name: origin
                    type: STATIC
                    connect_timeout: 5s
                    load_assignment:
                      cluster_name: origin
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                """.formatted(admin, port, origin));
    }

    private static String serverInfo(int admin) {
        return get(admin, "/server_info");
    }

    private static String get(int admin, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(admin, path)))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString(UTF_8))
                    .body();
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
