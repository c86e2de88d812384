package io.baton.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.BaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS connections by server name, through one generation and from one to the next. The endpoints echo what they hear, the hello too. */
class SniProxyingTest {
    private static final byte[] TO_A = ClientHellos.of("a.example.com");
    private static final byte[] TO_B = ClientHellos.of("b.example.com");

    private final BaseId baseId = Generation.freshBaseId();
    private final int port = TestConfigs.freePort();
    private EchoOrigin a;
    private EchoOrigin b;

    @TempDir
    Path directory;

    @BeforeEach
    void startOrigins() throws IOException {
        a = new EchoOrigin();
        b = new EchoOrigin();
    }

    @AfterEach
    void stopOrigins() {
        a.close();
        b.close();
    }

    @Test
    void connectionsAreCountedAndLoggedWithTheClusterThatTheirNameChose() throws Exception {
        try (Generation generation = join(0, config("")).serving()) {
            try (Client toA = Client.connect(port);
                    Client toB = Client.connect(port)) {
                toA.say(TO_A);
                toA.hear(TO_A);
                toB.say(TO_B);
                toB.hear(TO_B);
                toB.echo("more");
                toA.finish();
                toB.finish();
            }
            await().until(() -> generation.proxy.connections() == 0);
            assertThat(generation.counter("cluster.a.upstream_cx_tx_bytes_total"))
                    .isEqualTo(TO_A.length);
            assertThat(generation.counter("cluster.b.upstream_cx_rx_bytes_total"))
                    .isEqualTo(TO_B.length + 4);
            assertThat(generation.counter(listener("downstream_cx_rx_bytes_total")))
                    .isEqualTo(TO_A.length + TO_B.length + 4);
            assertThat(generation.counter("cluster.a.upstream_cx_total")).isEqualTo(1);
            assertThat(generation.counter(listener("no_filter_chain_match"))).isZero();
        }
        assertThat(log())
                .hasSize(2)
                .anyMatch(
                        line -> line.contains("-> 127.0.0.1:" + a.port() + " completed") && line.endsWith(" cluster=a"))
                .anyMatch(line ->
                        line.contains("-> 127.0.0.1:" + b.port() + " completed") && line.endsWith(" cluster=b"));
    }

    @Test
    void whatGoesNowhereIsResetAndCounted() throws Exception {
        try (Generation generation = join(0, config("")).serving()) {
            for (byte[] first : List.of(
                    ClientHellos.of("c.example.org"), ClientHellos.withoutName(), "SSH-2.0-x\r\n".getBytes(US_ASCII))) {
                try (Client client = Client.connect(port)) {
                    client.say(first);
                    client.assertReset();
                }
            }
            await().until(() -> generation.proxy.connections() == 0);
            assertThat(generation.counter(listener("no_filter_chain_match"))).isEqualTo(3);
            assertThat(generation.counter("cluster.a.upstream_cx_total")).isZero();
        }
        assertThat(log()).hasSize(3).allMatch(line -> line.contains(" -> - no_route ") && line.endsWith(" cluster=-"));
    }

    @Test
    void whatHasNoRouteOfItsOwnGoesToTheListenersCluster() throws Exception {
        try (Generation generation = join(0, config("cluster: b, ")).serving();
                Client other = Client.connect(port);
                Client plain = Client.connect(port)) {
            byte[] hello = ClientHellos.of("c.example.org");
            other.say(hello);
            other.hear(hello);
            plain.echo("no TLS at all");

            assertThat(generation.counter("cluster.b.upstream_cx_total")).isEqualTo(2);
        }
    }

    @Test
    void whoIsSlowToSayHelloIsResetAndCounted() throws Exception {
        try (Generation generation = join(0, config("hello_timeout: 100ms, ")).serving();
                Client slow = Client.connect(port)) {
            slow.say(Arrays.copyOf(TO_A, TO_A.length / 2));

            slow.assertReset();
            await().until(() -> generation.counter(listener("downstream_pre_cx_timeout")) == 1);
        }
        assertThat(log()).singleElement().asString().contains(" -> - hello_timeout ");
    }

    @Test
    void connectionsMoveToTheChildInTheMiddleOfTheirHelloAndBehindIt() throws Exception {
        Generation parent = join(0, config("")).serving();
        try (Client said = Client.connect(port);
                Client saying = Client.connect(port)) {
            said.say(TO_A);
            said.hear(TO_A);
            int half = TO_B.length / 2;
            saying.say(Arrays.copyOf(TO_B, half));
            await().until(() -> parent.proxy.connections() == 2);
            try (Generation child = join(1, config("")).serving()) {
                parent.retire();
                assertThat(child.proxy.connections()).isEqualTo(2);

                saying.say(Arrays.copyOfRange(TO_B, half, TO_B.length));
                saying.hear(TO_B);
                said.echo("still there");

                assertThat(child.stats.gauges())
                        .containsEntry("cluster.a.upstream_cx_active", 1L)
                        .containsEntry("cluster.b.upstream_cx_active", 1L);
                said.finish();
                saying.finish();
                await().until(() -> child.proxy.connections() == 0);
                assertThat(child.stats.gauges())
                        .containsEntry("cluster.a.upstream_cx_active", 0L)
                        .containsEntry("cluster.b.upstream_cx_active", 0L);
            }
        }
        assertThat(log())
                .hasSize(2)
                .anyMatch(line -> line.endsWith("epoch=1 cluster=a"))
                .anyMatch(line -> line.endsWith("epoch=1 cluster=b"));
    }

    @Test
    void aConnectionOfAClusterThatTheChildHasNoMoreGoesOn() throws Exception {
        Generation parent = join(0, config("")).serving();
        try (Client client = Client.connect(port)) {
            client.say(TO_A);
            client.hear(TO_A);
            try (Generation child = join(1, load("""
                    listeners: [ { name: web, address: 127.0.0.1:%d, tcp: { cluster: b } } ]
                    clusters: [ { name: b, endpoints: [ 127.0.0.1:%d ] } ]
                    """.formatted(port, b.port()))).serving()) {
                parent.retire();

                client.echo("still there");
                client.finish();
                await().until(() -> child.proxy.connections() == 0);
            }
        }
    }

    private Generation join(int epoch, BatonConfig config) throws Exception {
        return Generation.join(directory, baseId, epoch, config, 2);
    }

    /** @param more keys of {@code tcp} */
    private BatonConfig config(String more) throws Exception {
        return load("""
                listeners:
                  - name: web
                    address: 127.0.0.1:%d
                    tcp: { %ssni: [ { server_name: a.example.com, cluster: a }, { server_name: "*.example.com", cluster: b } ] }
                clusters:
                  - { name: a, endpoints: [ 127.0.0.1:%d ] }
                  - { name: b, endpoints: [ 127.0.0.1:%d ] }
                access_log: { path: access.log }
                """.formatted(port, more, a.port(), b.port()));
    }

    private BatonConfig load(String yaml) throws Exception {
        return ConfigLoader.load(Files.writeString(directory.resolve("baton.yaml"), yaml));
    }

    private String listener(String counter) {
        return "listener.127.0.0.1_%d.%s".formatted(port, counter);
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(directory.resolve("access.log"));
    }
}
