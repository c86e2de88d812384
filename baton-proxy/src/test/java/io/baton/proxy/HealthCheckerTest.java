package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.ImportMode;
import io.baton.Stats;
import io.baton.http.Pick;
import io.baton.http.UpstreamPoolLimits;
import io.baton.posix.SocketAddress;
import io.baton.proxy.HealthConfig.Check;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of real sockets. */
class HealthCheckerTest {
    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final Check HEALTHZ = new Check.Http("/healthz?deep=1", Optional.empty(), 200, 399);

    private final Stats stats = new Stats();
    private final HealthChecker checker = new HealthChecker();
    private final HttpOrigin origin;
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

    HealthCheckerTest() throws IOException {
        origin = new HttpOrigin("origin");
        open.add(origin);
    }

    @AfterEach
    void closeAll() throws Exception {
        checker.close();
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    @Test
    void anEndpointLeavesAfterFailuresInARowAndComesBackAfterSuccesses() throws Exception {
        int port = origin.port();
        Cluster cluster = cluster(HEALTHZ, 2, 3, inet(port));
        checker.start(List.of(cluster));
        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();
        assertThat(healthy(cluster)).isEqualTo(1);

        origin.status = 503;

        await().until(() -> healthy(cluster) == 0);
        assertThat(count("failure")).isGreaterThanOrEqualTo(3);
        assertThat(cluster.pick(Set.of())).isEqualTo(new Pick.None(Pick.Reason.NO_HEALTHY));

        long before = count("success");
        origin.status = 302;

        await().until(() -> healthy(cluster) == 1);
        assertThat(count("success") - before).isGreaterThanOrEqualTo(2);
        assertThat(origin.asked).contains("/healthz?deep=1 Host=127.0.0.1:" + port);
    }

    @Test
    void theFirstCheckDecidesAloneAndSoDoesTheFirstSuccess() throws Exception {
        origin.status = 500;
        Cluster cluster = cluster(HEALTHZ, 50, 50, inet(origin.port()));
        checker.start(List.of(cluster));
        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();

        assertThat(healthy(cluster)).isZero();

        origin.status = 200;
        await().until(() -> healthy(cluster) == 1);
    }

    @Test
    void anEndpointIsTakenToBeWellUntilItIsChecked() throws Exception {
        Cluster cluster = cluster(new Check.Tcp(), 1, 1, inet(TestConfigs.freePort()));

        assertThat(healthy(cluster)).isEqualTo(1);
    }

    @Test
    void oneThatRefusesConnectionsIsUnhealthy() throws Exception {
        Cluster cluster = cluster(new Check.Tcp(), 1, 1, inet(TestConfigs.freePort()), inet(origin.port()));
        checker.start(List.of(cluster));

        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();
        assertThat(cluster.members()).extracting(member -> member.healthy).containsExactly(false, true);
    }

    @Test
    void oneThatAcceptsAndSaysNothingIsUnhealthyAfterTheTimeout() throws Exception {
        ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        open.add(silent);
        Cluster cluster = cluster(HEALTHZ, 1, 1, inet(silent.getLocalPort()));
        checker.start(List.of(cluster));

        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();
        assertThat(healthy(cluster)).isZero();
    }

    @Test
    void oneThatDoesNotSpeakHttpIsUnhealthy() throws Exception {
        try (EchoOrigin echo = new EchoOrigin()) {
            Cluster cluster = cluster(HEALTHZ, 1, 1, inet(echo.port()));
            checker.start(List.of(cluster));

            assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();
            assertThat(healthy(cluster)).isZero();
        }
    }

    @Test
    void aUnixSocketIsCheckedToo() throws Exception {
        Path path = directory.resolve("app.sock");
        ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        open.add(server);
        Cluster cluster = cluster(
                new Check.Tcp(),
                1,
                1,
                new SocketAddress.UnixPath(path.toString()),
                new SocketAddress.UnixPath(directory.resolve("none.sock").toString()));
        checker.start(List.of(cluster));

        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();
        assertThat(cluster.members()).extracting(member -> member.healthy).containsExactly(true, false);
    }

    @Test
    void afterItsEndNobodyIsAskedAnyMore() throws Exception {
        Cluster cluster = cluster(HEALTHZ, 1, 1, inet(origin.port()));
        checker.start(List.of(cluster));
        assertThat(checker.awaitFirstRound(Duration.ofSeconds(10))).isTrue();

        checker.close();
        origin.status = 500;
        await().pollDelay(OFTEN.multipliedBy(4)).until(() -> true);

        assertThat(healthy(cluster)).isEqualTo(1);
    }

    private Cluster cluster(Check check, int healthy, int unhealthy, SocketAddress... addresses) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (SocketAddress address : addresses) {
            String written =
                    address instanceof SocketAddress.UnixPath(String path) ? "unix:" + path : address.toString();
            endpoints.add(new Endpoint(written, address));
        }
        return new Cluster(
                new ClusterConfig(
                        "origin",
                        endpoints,
                        ClusterConfig.Balance.ROUND_ROBIN,
                        ClusterConfig.DEFAULT_CONNECT_TIMEOUT,
                        Optional.of(new HealthConfig(check, OFTEN, Duration.ofMillis(500), healthy, unhealthy)),
                        ClusterConfig.Circuit.OPEN_ENDED,
                        UpstreamPoolLimits.DEFAULTS),
                stats,
                checker);
    }

    private long healthy(Cluster cluster) {
        return stats.gauge("cluster.%s.membership_healthy".formatted(cluster.name()), ImportMode.NEVER_IMPORT)
                .value();
    }

    private long count(String what) {
        return stats.counter("cluster.origin.health_check." + what).value();
    }

    private static SocketAddress inet(int port) {
        return TestConfigs.inet(port);
    }
}
