package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code baton serve} with sockets from programs that know nothing of Baton. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InheritanceTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    /** Opens two sockets, leaves them open, and becomes Baton. What {@code {0}} and {@code {1}} are in the variable, are their numbers. */
    private static final String LEAVE_TWO_SOCKETS = """
            import os, socket, sys
            first, second = socket.socket(), socket.socket()
            first.bind(("127.0.0.1", int(sys.argv[2])))
            first.listen(64)
            second.bind(("127.0.0.1", 0))
            second.listen(64)
            for left in first, second:
                left.set_inheritable(True)
            name, value = sys.argv[1].split("~")
            os.environ[name] = value.format(first.fileno(), second.fileno())
            os.execv(sys.argv[3], sys.argv[3:])
            """;

    @TempDir
    Path temp;

    private Upstream upstream;
    private int port;

    @BeforeEach
    void start() throws IOException {
        upstream = new Upstream();
        port = Configs.freePort();
    }

    @AfterEach
    void cleanUp() throws IOException {
        upstream.close();
    }

    @Test
    void whoConnectedWhileOnlySystemdListenedIsServed() throws Exception {
        Foreign.SYSTEMD_SOCKET_ACTIVATE.orSkip();
        Path app = temp.resolve("app.sock");
        int unused = Configs.freePort();
        List<String> activate = new ArrayList<>(List.of(
                "--fdname=web:app:other", "-E", "JAVA_HOME=" + System.getProperty("java.home"), "-l", address(port)));
        activate.addAll(List.of("-l", app.toString(), "-l", address(unused)));
        activate.addAll(serve(config(app, upstream.port())).command());
        try (ServedGeneration generation =
                ServedGeneration.start(Foreign.SYSTEMD_SOCKET_ACTIVATE.builder(activate.toArray(String[]::new)))) {
            generation.awaitLine("Listening on " + address(unused));
            try (Upstream.Client early = new Upstream.Client(port)) {
                early.exchange();
                assertThat(generation.awaitLine(" sockets by "))
                        .contains("inherited 3 sockets by systemd: LISTEN_FDS 3 (web) (tcp://%s)"
                                .formatted(address(port)))
                        .endsWith("; used: LISTEN_FDS 3 (web), LISTEN_FDS 4 (app); closed: LISTEN_FDS 5 (other)");
                SocketChannel.open(UnixDomainSocketAddress.of(app)).close();
                early.end();
            }
            Baton.signal("TERM", generation.pid());
            assertThat(generation.awaitExit()).as(generation.output()).isZero();
            assertThat(app).as("systemd's own").exists();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'UNICORN_FD~{0},{1}', unicorn: UNICORN_FD=",
        "'SERVER_STARTER_PORT~127.0.0.1:1={0};2={1}', server-starter: SERVER_STARTER_PORT 127.0.0.1:1="
    })
    void socketsThatAreLeftOpenAreUsedOrClosed(String variable, String told) throws Exception {
        Foreign.PYTHON.orSkip();
        List<String> command = new ArrayList<>(List.of("-c", LEAVE_TWO_SOCKETS, variable, Integer.toString(port)));
        command.addAll(serve(config(temp.resolve("app.sock"), upstream.port())).command());
        ProcessBuilder python = Foreign.PYTHON.builder(command.toArray(String[]::new));
        python.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try (ServedGeneration generation = ServedGeneration.start(python).awaitReady();
                Upstream.Client client = new Upstream.Client(port)) {
            client.exchange();
            client.end();
            assertThat(generation.output())
                    .contains("inherited 2 sockets by " + told)
                    .containsPattern("used: [A-Z_]+[ =][^;]+; closed: [A-Z_]+[ =]\\S+\n");
        }
    }

    @Test
    void haproxyHandsItsListenersToBatonUnderLoadAndNobodyIsRefused() throws Exception {
        Foreign.HAPROXY.orSkip();
        Path stats = temp.resolve("admin.sock");
        Path app = temp.resolve("app.sock");
        try (HttpOrigin origin = HttpOrigin.start()) {
            Process haproxy = Foreign.HAPROXY
                    .builder(
                            "-db",
                            "-f",
                            haproxyConfig(stats, app, origin.address().getPort())
                                    .toString())
                    .redirectErrorStream(true)
                    .redirectOutput(temp.resolve("haproxy.out").toFile())
                    .start();
            try (HttpLoad load = startLoad(stats)) {
                String[] serve = {
                    "-c",
                    config(app, origin.address().getPort()).toString(),
                    "--use-dynamic-base-id",
                    "--inherit",
                    "haproxy:" + stats
                };
                try (ServedGeneration generation = ServedGeneration.start(serve).awaitReady()) {
                    assertThat(generation.awaitLine(" sockets by "))
                            .contains("inherited 3 sockets by haproxy: ")
                            .contains("unix://%s.%d.tmp".formatted(app, haproxy.pid()));
                    SocketChannel.open(UnixDomainSocketAddress.of(stats)).close(); // is still HAProxy's
                    Baton.signal("USR1", haproxy.pid());
                    assertThat(haproxy.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    long answered = load.progress().answered();
                    await().atMost(PATIENCE).until(() -> load.progress().answered() > answered + 100);
                    SocketChannel.open(UnixDomainSocketAddress.of(app)).close();
                    HttpResult result = load.stop();
                    assertThat(result.isClean()).as("%s", result.failures()).isTrue();
                    assertThat(generation.isAlive()).isTrue();
                }
            } finally {
                haproxy.destroyForcibly();
            }
        }
    }

    private HttpLoad startLoad(Path stats) throws IOException {
        await().atMost(PATIENCE).until(() -> Files.exists(stats));
        HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 200));
        await().atMost(PATIENCE).until(() -> load.progress().answered() > 50);
        return load;
    }

    private Path haproxyConfig(Path stats, Path app, int origin) throws IOException {
        return Files.writeString(temp.resolve("haproxy.cfg"), """
                global
                  stats socket %s mode 600 level admin expose-fd listeners
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                frontend web
                  bind 127.0.0.1:%d
                  bind unix@%s
                  default_backend origin
                backend origin
                  server one 127.0.0.1:%d
                """.formatted(stats, port, app, origin));
    }

    private Path config(Path app, int origin) throws IOException {
        return Files.writeString(temp.resolve("baton.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", tcp: { cluster: origin } }
                  - { name: app, address: "unix:%s", tcp: { cluster: origin } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                handover: { rehearsal: 0s }
                """.formatted(port, app, origin));
    }

    private static ProcessBuilder serve(Path config) {
        return ServedGeneration.builder("-c", config.toString(), "--use-dynamic-base-id");
    }

    private static String address(int port) {
        return "127.0.0.1:" + port;
    }
}
