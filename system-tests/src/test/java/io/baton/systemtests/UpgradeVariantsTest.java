package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades by other means, to other configurations and builds, of other listeners. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UpgradeVariantsTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final String HANDOVER = "handover: { rehearsal: 100ms, drain: 5s, parent_shutdown: 10s }";

    @TempDir
    Path temp;

    private Upstream upstream;

    @BeforeEach
    void openUpstream() throws IOException {
        upstream = new Upstream();
    }

    @AfterEach
    void closeUpstream() throws IOException {
        upstream.close();
    }

    @Test
    void aHangUpSignalIsAHotRestart() throws Exception {
        int port = Configs.freePort();
        Path config = write("hup.yaml", tcp("web", "127.0.0.1:" + port));
        try (BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", config.toString());
                Upstream.Client stream = new Upstream.Client(port)) {
            stream.exchange();
            Baton.signal("HUP", baton.pid());
            baton.awaitLine("generation 1 (pid ");
            await().atMost(PATIENCE)
                    .until(() -> baton.generations().stream()
                            .anyMatch(generation -> generation.epoch() == 1
                                    && generation.state().equals("serving")));
            stream.exchange(); // in whichever process it is
            try (Upstream.Client fresh = new Upstream.Client(port)) {
                fresh.exchange();
            }
        }
    }

    @Test
    void aNewConfigAddsOneListenerAndRemovesAnother() throws Exception {
        int kept = Configs.freePort();
        int removed = Configs.freePort();
        int added = Configs.freePort();
        Path before = write("before.yaml", tcp("kept", "127.0.0.1:" + kept), tcp("removed", "127.0.0.1:" + removed));
        Path after = write("after.yaml", tcp("kept", "127.0.0.1:" + kept), tcp("added", "127.0.0.1:" + added));
        try (BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", before.toString())) {
            assertEchoes(Configs.loopback(removed));
            baton.upgrade("-c", after.toString());
            assertEchoes(Configs.loopback(kept));
            assertEchoes(Configs.loopback(added));
            await().atMost(PATIENCE).until(() -> isRefused(removed));
        }
    }

    @Test
    void unixIpv6AndSharedListenersCrossToo() throws Exception {
        Path socket = temp.resolve("app.sock");
        int six = Configs.freePort();
        int shared = Configs.freePort();
        Path config = write(
                "kinds.yaml",
                tcp("unix", "unix:" + socket),
                tcp("six", "[::1]:" + six),
                "  - { name: shared, address: \"127.0.0.1:%d\", reuse_port: false, tcp: { cluster: echo } }"
                        .formatted(shared));
        List<SocketAddress> addresses = List.of(
                UnixDomainSocketAddress.of(socket),
                new InetSocketAddress(Inet6Address.ofLiteral("::1"), six),
                Configs.loopback(shared));
        try (BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", config.toString())) {
            for (int epoch = 0; epoch < 3; epoch++) {
                for (SocketAddress address : addresses) {
                    assertEchoes(address);
                }
                baton.upgrade();
            }
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
            for (SocketAddress address : addresses) {
                assertEchoes(address);
            }
            assertThat(baton.order("stop").code()).isZero();
        }
        assertThat(socket).as("the last process removes the path").doesNotExist();
    }

    @Test
    void anotherBuildTakesOver() throws Exception {
        Path copy = temp.resolve("another build");
        copyTree(Baton.home().toRealPath(), copy);
        int port = Configs.freePort();
        Path config = write("home.yaml", tcp("web", "127.0.0.1:" + port));
        try (BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", config.toString())) {
            baton.upgrade("--home", copy.toString());
            assertThat(Files.readString(
                            Path.of("/proc/%d/cmdline".formatted(baton.serving().pid()))))
                    .contains(copy.toString());
            assertEchoes(Configs.loopback(port));
        }
    }

    private Path write(String name, String... listeners) throws IOException {
        return Files.writeString(
                temp.resolve(name), """
                listeners:
                %s
                clusters:
                  - { name: echo, endpoints: [ "127.0.0.1:%d" ] }
                %s
                """.formatted(String.join("\n", listeners), upstream.port(), HANDOVER));
    }

    private static String tcp(String name, String address) {
        return "  - { name: %s, address: \"%s\", tcp: { cluster: echo } }".formatted(name, address);
    }

    private static void assertEchoes(SocketAddress address) throws IOException {
        byte[] message = "to and fro".getBytes(StandardCharsets.US_ASCII);
        boolean unix = address instanceof UnixDomainSocketAddress;
        try (SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
            channel.connect(address);
            channel.write(ByteBuffer.wrap(message));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(64);
            while (channel.read(answer) >= 0 && answer.hasRemaining()) {
                // until the end
            }
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                    .as("%s", address)
                    .isEqualTo("to and fro");
        }
    }

    private static boolean isRefused(int port) {
        try (SocketChannel _ = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
