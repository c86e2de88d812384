package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bootstrap of Envoy and what it is converted to are one lineage: under load the one takes over from the other, and no request is lost. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EnvoyConfigTest {
    @TempDir
    Path temp;

    @Test
    void anEnvoyConfigTakesOverFromItsConvertedFormUnderLoad() throws Exception {
        int port = Configs.freePort();
        String baseId = Long.toString(ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000));
        try (HttpOrigin origin = HttpOrigin.start()) {
            Path envoy = Files.writeString(
                    temp.resolve("envoy.yaml"), bootstrap(port, origin.address().getPort()));
            Path baton = temp.resolve("baton.yaml");
            assertThat(Baton.command("config", "convert", envoy.toString(), "-o", baton.toString())
                            .code())
                    .isZero();
            try (ServedGeneration first = serve("-c", baton, baseId, 0).awaitReady();
                    HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 100))) {
                await().until(() -> load.progress().answered() > 20);
                try (ServedGeneration second =
                        serve("--envoy-config", envoy, baseId, 1).awaitReady()) {
                    assertThat(first.awaitExit()).isZero();
                    long before = load.progress().answered();
                    await().until(() -> load.progress().answered() > before + 20);
                    HttpResult result = load.stop();
                    assertThat(result.isClean()).as("%s", result.failures()).isTrue();
                    Baton.signal("TERM", second.pid());
                    assertThat(second.awaitExit()).isZero();
                }
            }
        } finally {
            Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId + "0"));
        }
    }

    private static ServedGeneration serve(String option, Path config, String baseId, int epoch) throws Exception {
        return ServedGeneration.start(
                option, config.toString(), "--base-id", baseId, "--restart-epoch", Integer.toString(epoch));
    }

    private static String bootstrap(int port, int origin) {
        return """
                static_resources:
                  listeners:
                  - name: web
                    address: { socket_address: { address: 127.0.0.1, port_value: %d } }
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: web
                          codec_type: AUTO
                          route_config:
                            virtual_hosts:
                            - { name: all, domains: [ "*" ], routes: [ { match: { prefix: / }, route: { cluster: origin } } ] }
                          http_filters:
                          - { name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }
                  clusters:
                  - name: origin
                    load_assignment:
                      cluster_name: origin
                      endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } } ] } ]
                """.formatted(port, origin);
    }
}
