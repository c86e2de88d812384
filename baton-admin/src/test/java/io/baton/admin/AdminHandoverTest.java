package io.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.BaseId;
import io.baton.posix.SocketAddress;
import io.baton.proxy.AdminConfig;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.Endpoint;
import io.baton.proxy.HandoverConfig;
import io.baton.proxy.LimitsConfig;
import io.baton.proxy.ListenerConfig;
import io.baton.proxy.TcpConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two generations of one lineage that want the same admin address. */
class AdminHandoverTest {
    private final BaseId baseId = new BaseId(ProcessHandle.current().pid() * 1000 + 500);
    private final int adminPort = freePort();
    private final int port = freePort();
    private final BatonConfig config = config(port);

    @TempDir
    Path directory;

    @Test
    void theAdminClosesInTheParentAndOpensInTheChild() throws Exception {
        try (AdminGeneration parent = generation(0).serving()) {
            assertThat(epoch()).isEqualTo(0);
            assertThat(ask("/ready")).isEqualTo("200 LIVE\n");

            AdminGeneration child = generation(1);
            try (child) {
                child.starting();
                assertThat(epoch()).isEqualTo(1);
                assertThat(ask("/ready")).isEqualTo("503 PRE_INITIALIZING\n");
                child.finish();

                assertThat(ask("/ready")).isEqualTo("200 LIVE\n");
                parent.retire();
                assertThat(epoch()).isEqualTo(1);
                assertThat(ask("/stats?filter=hot_restart_generation"))
                        .isEqualTo("200 server.hot_restart_generation: 2\n");
                assertThat(ask("/listeners")).startsWith("200 web::127.0.0.1:");
            }
        }
    }

    @Test
    void countersInMetricsNeverGoBackOverHotRestarts() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Double> seen = new CopyOnWriteArrayList<>();
        AdminGeneration current = generation(0).serving();
        Thread scraper = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                connect();
                connectionsTotal().ifPresent(seen::add);
            }
        });
        try {
            for (int epoch = 1; epoch <= 3; epoch++) {
                int before = seen.size();
                await().until(() -> seen.size() > before + 10);
                AdminGeneration next = generation(epoch).serving();
                current.retire();
                current.close();
                current = next;
            }
            int before = seen.size();
            await().until(() -> seen.size() > before + 10);
        } finally {
            stop.set(true);
            scraper.join();
            current.close();
        }

        assertThat(seen).isSorted();
        assertThat(seen.getLast()).isGreaterThan(30);
    }

    /** Nobody is behind the listener: it is accepted, counted and reset. */
    private void connect() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException e) {
            // reset
        }
    }

    /** Empty while no generation has the admin open, or not yet its parent's counters. */
    private OptionalDouble connectionsTotal() {
        try {
            return ask("/metrics")
                    .lines()
                    .filter(line -> line.startsWith("baton_connections_total{listener=\"web\"} "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .findFirst();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    @Test
    void uptimeOfAllEpochsIsNotYoungerThanTheParent() throws Exception {
        try (AdminGeneration parent = generation(0).serving()) {
            AdminGeneration child = generation(1).serving();
            try (child) {
                ServerInfo info = child.info();
                assertThat(info.uptimeAllEpochs()).isGreaterThanOrEqualTo(info.uptimeCurrentEpoch());
                assertThat(info.hotRestartVersion()).isEqualTo(parent.info().hotRestartVersion());
            }
        }
    }

    @Test
    void theAdminComesBackAfterAFailedChild() throws Exception {
        try (AdminGeneration parent = generation(0).serving()) {
            AdminGeneration failed = generation(1);
            failed.starting();
            assertThat(epoch()).isEqualTo(1);
            failed.close();

            await().ignoreException(ConnectException.class)
                    .untilAsserted(() -> assertThat(epoch()).isEqualTo(0));
            assertThat(ask("/ready")).isEqualTo("200 LIVE\n");

            try (AdminGeneration again = generation(1).serving()) {
                assertThat(epoch()).isEqualTo(1);
                parent.retire();
                assertThat(again.info().commandLine().hotRestart().epoch().value())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void drainingByTheAdminIsSeenInReady() throws Exception {
        try (AdminGeneration generation = generation(0).serving()) {
            assertThat(RawHttp.post(adminPort, "/drain_listeners?graceful")).isEqualTo("200 OK\n");

            generation.awaitToldToEnd();

            assertThat(ask("/ready")).isEqualTo("503 DRAINING\n");
        }
    }

    private AdminGeneration generation(int epoch) throws Exception {
        return new AdminGeneration(directory, baseId, epoch, config);
    }

    private int epoch() throws IOException {
        String info = ask("/server_info");
        String key = "\"restart_epoch\": ";
        int at = info.indexOf(key) + key.length();
        return Integer.parseInt(info, at, info.indexOf(',', at), 10);
    }

    private String ask(String path) throws IOException {
        return RawHttp.get(adminPort, path);
    }

    private BatonConfig config(int port) {
        return new BatonConfig(
                Optional.of(new AdminConfig(loopback(adminPort))),
                List.of(new ListenerConfig(
                        "web", loopback(port), true, new TcpConfig("origin", TcpConfig.DEFAULT_IDLE_TIMEOUT))),
                List.of(new ClusterConfig(
                        "origin",
                        List.of(new Endpoint("127.0.0.1:1", loopback(1))),
                        ClusterConfig.Balance.ROUND_ROBIN,
                        ClusterConfig.DEFAULT_CONNECT_TIMEOUT)),
                Optional.empty(),
                HandoverConfig.DEFAULT,
                LimitsConfig.DEFAULT);
    }

    private static SocketAddress.Inet loopback(int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
