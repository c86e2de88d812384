package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.InheritedSocket;
import io.baton.PathPolicy;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.testkit.FdCount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code _getsocks}, of peers that keep to it, of some that do not, and of a real HAProxy. */
class HaproxyClientTest {
    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BATCH = 252;

    private final Posix posix = Posix.linux();
    private Map<Integer, String> before;

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void count() {
        posix.eventFd().close(); // what loads with the first call is there
        path = directory.resolve("admin.sock");
        before = FdCount.open();
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(FdCount.open()).isEqualTo(before);
    }

    @Test
    void threeHundredSocketsComeInTwoBatchesEachAcknowledged() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = new FakePeer(path, connection -> {
                    expectQuestion(connection);
                    announce(connection, 300);
                    send(connection, Collections.nCopies(BATCH, tcp), descriptors(BATCH, "", ""));
                    assertThat(posix.receiveMessage(connection, 4, 0)
                                    .orElseThrow()
                                    .payload())
                            .hasSize(4);
                    send(connection, Collections.nCopies(48, tcp), descriptors(48, "", ""));
                });
                Inherited inherited = ask()) {
            assertThat(inherited.skipped()).isEmpty();
            assertThat(inherited.sockets()).hasSize(300).allMatch(socket -> socket.paths() == PathPolicy.LEFT_ALONE);
            assertThat(inherited.sockets().getLast().origin()).isEqualTo("HAProxy 300/300");
        }
    }

    @Test
    void descriptionsMayComeInAnyNumberOfPieces() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = new FakePeer(path, connection -> {
                    expectQuestion(connection);
                    for (byte part : ByteBuffer.allocate(4)
                            .order(ByteOrder.nativeOrder())
                            .putInt(2)
                            .array()) {
                        posix.sendMessage(connection, new byte[] {part}, List.of());
                    }
                    byte[] described = descriptors(2, "", "");
                    posix.sendMessage(connection, new byte[] {described[0]}, List.of(tcp, tcp));
                    for (int i = 1; i < described.length; i++) {
                        posix.sendMessage(connection, new byte[] {described[i]}, List.of());
                    }
                });
                Inherited inherited = ask()) {
            assertThat(inherited.sockets()).hasSize(2);
        }
    }

    @Test
    void socketsOfOtherNetworksAndNoSocketsAreClosedAndSaid() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                Fd pipe = posix.eventFd();
                FakePeer _ = new FakePeer(path, connection -> {
                    expectQuestion(connection);
                    announce(connection, 3);
                    ByteArrayOutputStream described = new ByteArrayOutputStream();
                    described.writeBytes(descriptors(1, "blue", ""));
                    described.writeBytes(descriptors(1, "", "eth0"));
                    described.writeBytes(descriptors(1, "", ""));
                    send(connection, List.of(tcp, tcp, pipe), described.toByteArray());
                });
                Inherited inherited = ask()) {
            assertThat(inherited.sockets()).isEmpty();
            assertThat(inherited.skipped())
                    .containsExactly(
                            "HAProxy 1/3 is in the network namespace blue, expected that of HAProxy itself; it is closed",
                            "HAProxy 2/3 is bound to the interface eth0, expected to none; it is closed",
                            "HAProxy 3/3 is no socket, expected a listening one; it is closed");
        }
    }

    @Test
    void noneIsAnAnswerToo() throws Exception {
        try (FakePeer _ = new FakePeer(path, connection -> {
                    expectQuestion(connection);
                    announce(connection, 0);
                });
                Inherited inherited = ask()) {
            assertThat(inherited.sockets()).isEmpty();
        }
    }

    @Test
    void nobodyAtThePathIsSaid() {
        assertThatThrownBy(this::ask)
                .isInstanceOf(InheritException.class)
                .hasMessage("no HAProxy answers at %s: ENOENT (No such file or directory)", path);
    }

    @Test
    void aStatsSocketThatGivesNoSocketsIsSaid() throws Exception {
        refused(this::expectQuestion, "no sockets, expected their number: has its stats socket 'expose-fd listeners'?");
    }

    @Test
    void anAnswerInWordsIsNotTakenForANumber() throws Exception {
        refused(
                connection -> posix.sendMessage(connection, "Permission denied\n".getBytes(UTF_8), List.of()),
                "1836213584 sockets announced, expected 0 to 4096: has its stats socket 'expose-fd listeners'?");
    }

    @Test
    void twoBillionSocketsAreNotWaitedFor() throws Exception {
        refused(
                connection -> announce(connection, 2_000_000_000),
                "2000000000 sockets announced, expected 0 to 4096: has its stats socket 'expose-fd listeners'?");
        Files.delete(path);
        refused(
                connection -> announce(connection, -1),
                "-1 sockets announced, expected 0 to 4096: has its stats socket 'expose-fd listeners'?");
    }

    @Test
    void aTruncatedAnswerIsSaidAndLeavesNothingOpen() throws Exception {
        try (Fd tcp = TestSockets.tcp()) {
            refused(
                    connection -> {
                        announce(connection, 3);
                        send(connection, List.of(tcp, tcp), descriptors(2, "", ""));
                    },
                    "closed after 2 of 3 sockets");
            Files.delete(path);
            refused(
                    connection -> {
                        announce(connection, 2);
                        send(connection, List.of(tcp, tcp), new byte[] {0, 0});
                    },
                    "closed after 2 of 2 sockets");
        }
    }

    @Test
    void moreSocketsThanAnnouncedAreRefusedAndClosed() throws Exception {
        try (Fd tcp = TestSockets.tcp()) {
            refused(
                    connection -> {
                        announce(connection, 1);
                        send(connection, Collections.nCopies(BATCH, tcp), descriptors(BATCH, "", ""));
                    },
                    "sends more sockets than it announced");
        }
    }

    @Test
    void moreDescriptionsThanSocketsAreRefused() throws Exception {
        try (Fd tcp = TestSockets.tcp()) {
            refused(
                    connection -> {
                        announce(connection, 4);
                        send(connection, List.of(tcp), descriptors(2, "", ""));
                    },
                    "2 sockets described, but only 1 sent");
        }
    }

    @Test
    void aPeerThatHangsIsNotWaitedForWithoutEnd() throws Exception {
        try (Fd tcp = TestSockets.tcp()) {
            FakePeer peer = new FakePeer(path, connection -> {
                announce(connection, 2);
                send(connection, List.of(tcp), descriptors(1, "", ""));
                while (posix.receiveMessage(connection, 64, 0).orElseThrow().payload().length > 0) {
                    // until the other side has had enough
                }
            });
            assertThatThrownBy(() -> HaproxyClient.ask(posix, path, Duration.ofMillis(300)))
                    .isInstanceOf(InheritException.class)
                    .hasMessageContaining("HAProxy at %s does not go on with its answer", path);
            peer.close();
        }
    }

    @Test
    void aRealHaproxyGivesItsListenersAndKeepsThem() throws Exception {
        if (!Files.isExecutable(HAPROXY)) {
            System.err.println("SKIPPED: there is no " + HAPROXY);
        }
        Assumptions.assumeTrue(Files.isExecutable(HAPROXY), "there is no haproxy");
        Path app = directory.resolve("app.sock");
        Path config =
                Files.writeString(directory.resolve("haproxy.cfg"), """
                global
                  stats socket %s mode 600 level admin expose-fd listeners
                defaults
                  mode tcp
                  timeout connect 1s
                  timeout client 5s
                  timeout server 5s
                frontend f
                  bind 127.0.0.1:%d
                  bind [::1]:%d
                  bind unix@%s
                  default_backend b
                backend b
                  server s 127.0.0.1:9
                """.formatted(path, freePort(), freePort(), app));
        Process haproxy = new ProcessBuilder(HAPROXY.toString(), "-db", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        try {
            await().atMost(PATIENCE).until(() -> Files.exists(path));
            try (Inherited inherited = new Inheritance.Haproxy(path).take(posix)) {
                assertThat(inherited.skipped()).isEmpty();
                assertThat(inherited.sockets())
                        .extracting(InheritedSocket::address)
                        .extracting(SocketAddress::toString)
                        .anyMatch(address -> address.matches("127\\.0\\.0\\.1:\\d+"))
                        .anyMatch(address -> address.matches("\\[0:0:0:0:0:0:0:1\\]:\\d+"))
                        .contains("%s.%d.tmp".formatted(app, haproxy.pid()), "%s.%d.tmp".formatted(path, haproxy.pid()))
                        .hasSize(4);
            }
            UnixStreams.connect(posix, app).close();
            UnixStreams.connect(posix, path).close();
        } finally {
            haproxy.destroyForcibly();
            assertThat(haproxy.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private int freePort() {
        try (Fd socket = TestSockets.tcp()) {
            return ((SocketAddress.Inet) posix.localAddress(socket)).port();
        }
    }

    private Inherited ask() throws InheritException {
        return HaproxyClient.ask(posix, path, PATIENCE);
    }

    private void refused(FakePeer.Script script, String why) throws Exception {
        try (FakePeer _ = new FakePeer(path, script)) {
            assertThatThrownBy(this::ask)
                    .isInstanceOf(InheritException.class)
                    .hasMessage("HAProxy at %s: %s", path, why);
        }
    }

    private void expectQuestion(Fd connection) {
        ReceivedMessage question = posix.receiveMessage(connection, 64, 0).orElseThrow();
        assertThat(new String(question.payload(), UTF_8)).isEqualTo("_getsocks\n");
    }

    private void announce(Fd connection, int sockets) {
        posix.sendMessage(
                connection,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(sockets)
                        .array(),
                List.of());
    }

    private void send(Fd connection, List<Fd> fds, byte... described) {
        posix.sendMessage(connection, described, new ArrayList<>(fds));
    }

    private static byte[] descriptors(int count, String namespace, String networkInterface) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            bytes.write(namespace.length());
            bytes.write(namespace.getBytes(UTF_8));
            bytes.write(networkInterface.length());
            bytes.write(networkInterface.getBytes(UTF_8));
            bytes.write(new byte[4]);
        }
        return bytes.toByteArray();
    }
}
