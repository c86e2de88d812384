package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.BaseId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One generation alone. */
class ProxyTest {
    private final BaseId baseId = Generation.freshBaseId();
    private final int port = TestConfigs.freePort();
    private EchoOrigin origin;

    @TempDir
    Path directory;

    @BeforeEach
    void startOrigin() throws IOException {
        origin = new EchoOrigin();
    }

    @AfterEach
    void stopOrigin() {
        origin.close();
    }

    @Test
    void nobodyCanConnectBeforeAccept() throws Exception {
        try (Generation generation = join(TestConfigs.tcp(port, true, origin.port()))) {
            generation.started();

            assertThatThrownBy(() -> Client.connect(port)).isInstanceOf(ConnectException.class);
            assertThat(generation.proxy.listeners()).containsExactly(new ListenerStatus("web", TestConfigs.inet(port)));
        }
    }

    @Test
    void bytesAreRelayedAndCountedWhileTheyFlow() throws Exception {
        try (Generation generation =
                        join(TestConfigs.tcp(port, true, origin.port())).serving();
                Client client = Client.connect(port)) {
            client.echo("hello");

            // The client may have its bytes a moment before they are counted.
            await().untilAsserted(() -> {
                assertThat(generation.counter("listener.127.0.0.1_%d.downstream_cx_rx_bytes_total".formatted(port)))
                        .isEqualTo(5);
                assertThat(generation.counter("cluster.origin.upstream_cx_rx_bytes_total"))
                        .isEqualTo(5);
            });
            assertThat(generation.stats.gauges())
                    .containsEntry("listener.127.0.0.1_%d.downstream_cx_active".formatted(port), 1L);
            assertThat(generation.proxy.connections()).isEqualTo(1);

            client.finish();

            await().until(() -> generation.proxy.connections() == 0);
            assertThat(generation.stats.counters())
                    .containsEntry("listener.127.0.0.1_%d.downstream_cx_total".formatted(port), 1L)
                    .containsEntry("listener.127.0.0.1_%d.downstream_cx_destroy".formatted(port), 1L)
                    .containsEntry("cluster.origin.upstream_cx_total", 1L)
                    .containsEntry("cluster.origin.upstream_cx_tx_bytes_total", 5L);
        }
    }

    @Test
    void whoComesInAPauseWaitsAndIsServedAfterIt() throws Exception {
        try (Generation generation =
                        join(TestConfigs.tcp(port, true, origin.port())).serving();
                Client client = Client.connect(port)) {
            for (int time = 1; time <= 2; time++) {
                client.echo("hello");
                generation.proxy.pauseAccepting();
                generation.proxy.pauseAccepting();

                try (Client late = Client.connect(port)) {
                    late.say("late");
                    client.echo("still here");
                    await().during(Duration.ofMillis(200)).until(() -> generation.proxy.connections() == 1);

                    generation.proxy.accept();
                    late.hear("late");
                }
                await().until(() -> generation.proxy.connections() == 1);
            }
        }
    }

    @Test
    void anEndpointThatRefusesIsFollowedByTheNext() throws Exception {
        int nobody = TestConfigs.freePort();
        try (Generation generation =
                join(TestConfigs.tcp(port, true, nobody, origin.port())).serving()) {
            for (int i = 0; i < 4; i++) {
                try (Client client = Client.connect(port)) {
                    client.echo("hello " + i);
                }
            }

            assertThat(generation.counter("cluster.origin.upstream_cx_connect_fail"))
                    .isEqualTo(2);
            assertThat(generation.counter("cluster.origin.upstream_cx_total")).isEqualTo(6);
        }
    }

    @Test
    void withoutAnyEndpointTheClientIsReset() throws Exception {
        int nobody = TestConfigs.freePort();
        try (Generation generation = join(TestConfigs.tcp(port, true, nobody)).serving()) {
            assertThatThrownBy(() -> connectAndRead())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            await().untilAsserted(
                            () -> assertThat(generation.counter("cluster.origin.upstream_cx_connect_attempts_exceeded"))
                                    .isEqualTo(1));
        }
    }

    @Test
    void atTheLimitClientsWaitUntilAnotherLeaves() throws Exception {
        BatonConfig config = TestConfigs.withConnections(TestConfigs.tcp(port, false, origin.port()), 1);
        try (Generation generation = join(config).serving();
                Client first = Client.connect(port);
                Client second = Client.connect(port)) {
            first.echo("first");
            second.say("second");
            await().until(() -> generation.counter("server.accept_paused_connection_limit") > 0);
            assertThat(generation.proxy.maxConnections()).isEqualTo(1);

            first.finish();

            second.hear("second");
        }
    }

    @Test
    void anAddressInUseIsNamedInOneLine() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Generation generation = join(TestConfigs.tcp(other.getLocalPort(), true, origin.port()))) {
            assertThatThrownBy(generation::started)
                    .isInstanceOf(ProxyException.class)
                    .hasMessageStartingWith(
                            "listener web cannot listen on 127.0.0.1:%d: ".formatted(other.getLocalPort()))
                    .hasMessageContaining("EADDRINUSE (Address already in use)");
        }
    }

    @Test
    void anAccessLogThatCannotBeOpenedIsNamedInOneLine() {
        BatonConfig config = TestConfigs.withAccessLog(
                TestConfigs.tcp(port, true, origin.port()),
                directory.resolve("none/access.log"),
                AccessLogConfig.Format.TEXT);

        assertThatThrownBy(() -> join(config))
                .isInstanceOf(ProxyException.class)
                .hasMessageStartingWith("access log: ")
                .hasMessageContaining("ENOENT (No such file or directory)");
    }

    @Test
    void aUnixPathThatADeadProcessLeftIsReplaced() throws Exception {
        Path path = directory.resolve("app.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close();
        assertThat(path).exists();

        try (Generation generation = join(TestConfigs.unix(path, origin.port())).serving()) {
            Client.echoOverUnix(path, "hello");
            assertThat(generation.counter("listener.%s.downstream_cx_total".formatted(path)))
                    .isEqualTo(1);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aUnixPathThatALiveProcessHasIsLeftAlone() throws Exception {
        Path path = directory.resolve("app.sock");
        try (ServerSocketChannel live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            live.bind(UnixDomainSocketAddress.of(path));
            try (Generation generation = join(TestConfigs.unix(path, origin.port()))) {
                assertThatThrownBy(generation::started)
                        .isInstanceOf(ProxyException.class)
                        .hasMessageContaining("EADDRINUSE");
            }
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void cuttingResetsWhatIsLeftAndLogsIt() throws Exception {
        Path log = directory.resolve("access.log");
        BatonConfig config =
                TestConfigs.withAccessLog(TestConfigs.tcp(port, true, origin.port()), log, AccessLogConfig.Format.TEXT);
        Client client;
        try (Generation generation = join(config).serving()) {
            client = Client.connect(port);
            client.echo("hello");
            generation.proxy.cut();

            assertThatThrownBy(client::read).isInstanceOf(IOException.class);
            assertThat(generation.counter("cluster.origin.upstream_cx_tx_bytes_total"))
                    .isEqualTo(5);
        }
        client.close();

        assertThat(Files.readAllLines(log)).singleElement().asString().contains(" cut ", " up=5 down=5 ");
    }

    @Test
    void theFirstGenerationDoesNotRehearse() throws Exception {
        try (Generation generation = join(TestConfigs.tcp(port, true, origin.port()))) {
            assertThat(generation.proxy.rehearse()).isEmpty();
        }
    }

    @Test
    void everyFdIsClosedAfterwards() throws Exception {
        try (Generation warm = join(TestConfigs.tcp(port, true, origin.port())).serving();
                Client client = Client.connect(port)) {
            client.echo("hello");
            assertThat(warm.proxy.connections()).isEqualTo(1);
        }
        BaseId next = Generation.freshBaseId();
        long before = openFds();
        try (Generation generation = Generation.join(
                                directory,
                                next,
                                0,
                                TestConfigs.withAccessLog(
                                        TestConfigs.tcp(port, true, origin.port()),
                                        directory.resolve("access.log"),
                                        AccessLogConfig.Format.JSON),
                                2)
                        .serving();
                Client client = Client.connect(port)) {
            client.echo("hello");
            generation.proxy.reopenLogs();
        }

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(openFds()).isLessThanOrEqualTo(before));
    }

    /** The reset may come before connect has returned. */
    private void connectAndRead() throws IOException {
        try (Client client = Client.connect(port)) {
            client.read();
        }
    }

    private Generation join(BatonConfig config) throws Exception {
        return Generation.join(directory, baseId, 0, config, 2);
    }

    private static long openFds() throws IOException {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.count();
        }
    }
}
