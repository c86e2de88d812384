package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import io.baton.testkit.EnvoyProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
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
        Path envoy =
                EnvoyProcess.binary("the chain with Envoy").orElseGet(() -> Assumptions.abort("there is no ENVOY_BIN"));
        int port = Configs.freePort();
        int admin = Configs.freePort();
        try (HttpOrigin origin = HttpOrigin.start()) {
            EnvoyProcess.Ports ports =
                    new EnvoyProcess.Ports(admin, port, origin.address().getPort());
            Path path = temp.resolve("app.sock");
            Path batonConfig =
                    Files.writeString(temp.resolve("baton.yaml"), """
                    admin: { address: "127.0.0.1:%1$d" }
                    listeners:
                      - { name: web, address: "127.0.0.1:%2$d", tcp: { cluster: origin } }
                      - { name: web6, address: "[::1]:%2$d", tcp: { cluster: origin } }
                      - { name: app, address: "unix:%3$s", tcp: { cluster: origin } }
                    clusters:
                      - { name: origin, endpoints: [ "127.0.0.1:%4$d" ] }
                    handover: { rehearsal: 200ms, drain: 2s, parent_shutdown: 4s }
                    """.formatted(admin, port, path, ports.origin()));
            try (EnvoyProcess first = startEnvoy(envoy, ports, path, 0)) {
                await().atMost(PATIENCE).until(() -> serverInfo(admin).contains("\"restart_epoch\": 0"));
                try (HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 200));
                        Knocking v6 = new Knocking(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
                        Knocking unix = new Knocking(UnixDomainSocketAddress.of(path))) {
                    await().until(() -> load.progress().answered() > 50);
                    try (ServedGeneration second = ServedGeneration.start(
                                    "-c", batonConfig.toString(), "--base-id", baseId, "--restart-epoch", "1")
                            .awaitReady()) {
                        assertThat(first.exits(PATIENCE))
                                .as("Envoy is told to end when its last connection has left")
                                .isTrue();
                        assertThat(first.exitCode()).isZero();
                        assertThat(serverInfo(admin)).contains("\"restart_epoch\": 1");
                        try (EnvoyProcess _ = startEnvoy(envoy, ports, path, 2)) {
                            assertThat(second.awaitExit())
                                    .as("Baton ends at Envoy's word")
                                    .isZero();
                            assertThirdHasTheNumbersOfAll(admin);
                            HttpResult result = load.stop();
                            assertThat(result.isClean())
                                    .as("%s", result.failures())
                                    .isTrue();
                            assertThat(result.answered()).isGreaterThan(500);
                            v6.stop();
                            unix.stop();
                        }
                    }
                }
            }
        }
    }

    private static void assertThirdHasTheNumbersOfAll(int admin) {
        assertThat(serverInfo(admin)).contains("\"restart_epoch\": 2");
        assertThat(EnvoyProcess.admin(admin, "/stats?filter=server.hot_restart_generation"))
                .contains("generation: 3");
        assertThat(EnvoyProcess.admin(admin, "/stats?filter=downstream_cx_total"))
                .as("what the three have counted together")
                .containsPattern("listener\\.127\\.0\\.0\\.1_\\d+\\.downstream_cx_total: [1-9]\\d\\d");
    }

    private EnvoyProcess startEnvoy(Path envoy, EnvoyProcess.Ports ports, Path path, int epoch) throws IOException {
        return EnvoyProcess.start(envoy, temp, ports, path, epoch, "--base-id", baseId, "--concurrency", "2");
    }

    private static String serverInfo(int admin) {
        return EnvoyProcess.admin(admin, "/server_info");
    }
}
