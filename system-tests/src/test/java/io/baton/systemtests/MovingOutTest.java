package io.baton.systemtests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real nginx and HAProxy, then Baton, then they again, each taking over from the one before under load: new connections, 200 a second, of
 * which none may be refused or cut; and 50 that clients keep, of which is counted what each of the two takes from them.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MovingOutTest {
    private static final int RATE = 200;

    @TempDir
    Path temp;

    private HttpOrigin origin;
    private int originPort;
    private int port;
    private Path app;

    @BeforeEach
    void start() throws IOException {
        origin = HttpOrigin.start();
        originPort = origin.address().getPort();
        port = Configs.freePort();
        app = temp.resolve("app.sock");
    }

    @AfterEach
    void stop() throws IOException {
        origin.close();
    }

    @Test
    void fromNginxToBatonBackAndForthWithoutARefusedOrFailedRequest() throws Exception {
        Foreign.NGINX.orSkip();
        Path sockets = temp.resolve("sockets");
        Path log = temp.resolve("baton.log");
        try (NginxServer nginx = NginxServer.prepare(
                                temp.resolve("nginx"),
                                port,
                                originPort,
                                "listen [::1]:%d; listen unix:%s;".formatted(port, app))
                        .start();
                Clients clients = new Clients();
                Knocking v6 = new Knocking(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
                Knocking unix = new Knocking(UnixDomainSocketAddress.of(app))) {
            List<String> serve = serve(
                    "--exec-upgrade",
                    "--inherit",
                    "nginx",
                    "--getsocks-path",
                    sockets.toString(),
                    "--log-path",
                    log.toString());

            // USR2: Baton comes up in the place of nginx's binary. It is undone by nginx's own procedure.
            long first = nginx.awaitPid();
            nginx.replace(serve);
            Baton.signal("USR2", first);
            assertThat(nginx.awaitOldPid()).isEqualTo(first);
            awaitReady(log, 1);
            long undone = nginx.awaitPid();
            Baton.signal("WINCH", first);
            await().atMost(BatonProcess.PATIENCE).until(() -> nginx.workers(first) == 1); // Baton is its child, too
            clients.goOn();
            Baton.signal("HUP", first);
            await().until(() -> nginx.workers(first) == 3);
            Baton.signal("QUIT", undone);
            await().atMost(BatonProcess.PATIENCE).until(() -> nginx.workers(first) == 2);
            assertThat(nginx.awaitPid())
                    .as("its pid file has its old name again")
                    .isEqualTo(first);
            clients.goOn();

            // Once more, for good.
            Baton.signal("USR2", first);
            awaitReady(log, 2);
            long baton = nginx.awaitPid();
            clients.keep();
            Baton.signal("WINCH", first);
            await().atMost(BatonProcess.PATIENCE).until(() -> nginx.workers(first) == 1);
            Baton.signal("QUIT", first);
            await().until(() -> ProcessHandle.of(first).isEmpty());
            clients.goOn();
            clients.countKept("nginx -> Baton");

            // And out again.
            clients.keep();
            nginx.restore();
            Outcome outcome = handOver(sockets, nginx.command());
            assertThat(outcome.code()).as(outcome.err()).isZero();
            await().atMost(BatonProcess.PATIENCE)
                    .until(() -> ProcessHandle.of(baton).isEmpty());
            assertThat(outcome.out()).contains("pid %d serves, pid %d drains".formatted(nginx.awaitPid(), baton));
            clients.goOn();
            HttpResult kept = clients.countKept("Baton -> nginx");
            assertThat(kept.failures().total())
                    .as("Baton takes no connection from a client that waits for an answer: %s", kept.failures())
                    .isZero();
            clients.assertNoneFailed();
            v6.stop();
            unix.stop();
        }
    }

    @Test
    void fromHaproxyToBatonAndBackWithoutARefusedOrFailedRequest() throws Exception {
        Foreign.HAPROXY.orSkip();
        Path sockets = temp.resolve("sockets");
        try (HaproxyServer first = HaproxyServer.start(temp, "first", port, app, originPort, Optional.empty());
                Clients clients = new Clients();
                Knocking v6 = new Knocking(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
                Knocking unix = new Knocking(UnixDomainSocketAddress.of(app))) {
            clients.goOn();
            clients.keep();
            List<String> serve = serve(
                    "--disable-hot-restart",
                    "--inherit",
                    "haproxy:" + first.stats(),
                    "--getsocks-path",
                    sockets.toString());
            try (ServedGeneration baton = ServedGeneration.start(
                            serve.subList(2, serve.size()).toArray(String[]::new))
                    .awaitReady()) {
                first.softStop();
                await().atMost(BatonProcess.PATIENCE).until(() -> !first.isAlive());
                clients.goOn();
                clients.countKept("HAProxy -> Baton");

                clients.keep();
                try (HaproxyServer second =
                        HaproxyServer.start(temp, "second", port, app, originPort, Optional.of(sockets))) {
                    Baton.signal("WINCH", baton.pid());
                    assertThat(baton.awaitExit()).isZero();
                    assertThat(baton.output()).contains("gave 3 listening sockets");
                    clients.goOn();
                    HttpResult kept = clients.countKept("Baton -> HAProxy");
                    assertThat(kept.failures().total())
                            .as("Baton takes no connection from a client that waits for an answer: %s", kept.failures())
                            .isZero();
                    clients.assertNoneFailed();
                    v6.stop();
                    unix.stop();
                    assertThat(second.isAlive()).isTrue();
                }
            }
        }
    }

    @Test
    void anNginxThatDoesNotTakeEveryListenerIsSentAwayAndBatonGoesOn() throws Exception {
        Foreign.NGINX.orSkip();
        Path sockets = temp.resolve("sockets");
        Path config = Files.writeString(temp.resolve("two.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", http: { routes: [ { prefix: /, cluster: origin } ] } }
                  - { name: app, address: "unix:%s", http: { routes: [ { prefix: /, cluster: origin } ] } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                handover: { rehearsal: 0s }
                """.formatted(port, app, originPort));
        try (ServedGeneration baton = ServedGeneration.start(
                                "-c", config.toString(), "--disable-hot-restart", "--getsocks-path", sockets.toString())
                        .awaitReady();
                NginxServer nginx = NginxServer.prepare(temp.resolve("nginx"), port, originPort);
                Clients clients = new Clients()) {
            Outcome partly = handOver(sockets, nginx.command());
            assertThat(partly.code()).as(partly.err()).isEqualTo(3);
            assertThat(partly.err()).contains("does not accept from " + app);
            assertThat(app).as("nginx has removed it").exists();

            Files.writeString(nginx.config(), "nonsense");
            Outcome broken = handOver(sockets, nginx.command());
            assertThat(broken.code()).isEqualTo(3);
            assertThat(broken.err()).contains("unexpected end of file").contains("it exited with 1");

            clients.goOn();
            clients.assertNoneFailed();
            assertThat(baton.isAlive()).isTrue();
            assertThat(Files.exists(sockets)).isTrue();
        }
    }

    private static Outcome handOver(Path sockets, List<String> command) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("hand-over", "--from", sockets.toString(), "--timeout-s", "2", "--"));
        arguments.addAll(command);
        return Baton.command(arguments.toArray(String[]::new));
    }

    private List<String> serve(String... more) throws IOException {
        Path config = Files.writeString(temp.resolve("baton.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%1$d", http: { routes: [ { prefix: /, cluster: origin } ] } }
                  - { name: web6, address: "[::1]:%1$d", http: { routes: [ { prefix: /, cluster: origin } ] } }
                  - { name: app, address: "unix:%2$s", http: { routes: [ { prefix: /, cluster: origin } ] } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%3$d" ] }
                handover: { rehearsal: 0s, drain: 10s, parent_shutdown: 20s }
                """.formatted(port, app, originPort));
        List<String> command = new ArrayList<>(
                List.of(Baton.home().resolve("bin/baton").toString(), "serve", "-c", config.toString()));
        command.addAll(List.of(more));
        return command;
    }

    private static void awaitReady(Path log, int times) {
        await().atMost(BatonProcess.PATIENCE)
                .ignoreExceptions()
                .until(() -> Files.readString(log).split(": ready ", -1).length > times);
    }

    /** New connections all the time, and now and then some that are kept. */
    private final class Clients implements AutoCloseable {
        private final HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), RATE));
        private @Nullable HttpLoad kept;

        void goOn() {
            long before = fresh.progress().answered();
            await().atMost(BatonProcess.PATIENCE).until(() -> fresh.progress().answered() > before + RATE);
        }

        void keep() {
            HttpLoad started = HttpLoad.start(
                    HttpPlan.kept(Configs.loopback(port), 50, 1_000).withRetirement(1_000_000, Duration.ofHours(1)));
            kept = started;
            await().until(() -> started.progress().answered() > 500);
        }

        HttpResult countKept(String step) {
            HttpResult result = requireNonNull(kept).stop();
            System.out.printf(
                    "%s: 50 kept connections, %d requests: %d failed (%s), %d connections closed idle, %d opened%n",
                    step,
                    result.sent(),
                    result.failures().total(),
                    result.failures(),
                    result.closedIdle(),
                    result.connectionsOpened());
            return result;
        }

        void assertNoneFailed() {
            HttpResult result = fresh.stop();
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            System.out.printf(
                    "new connections: %d requests, %d failed%n",
                    result.sent(), result.failures().total());
        }

        @Override
        public void close() {
            fresh.close();
            if (kept != null) {
                kept.close();
            }
        }
    }
}
