package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.testkit.FdCount;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GetsocksServerTest {
    private static final Posix POSIX = Posix.linux();
    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    Path directory;

    private final List<Fd> listeners = new ArrayList<>();
    private final AtomicInteger drains = new AtomicInteger();
    private Path path;
    private GetsocksServer server;

    @BeforeEach
    void open() throws Exception {
        path = directory.resolve("sockets");
        server = newServer();
        server.open();
    }

    @AfterEach
    void close() {
        server.close();
        listeners.forEach(Fd::close);
    }

    private GetsocksServer newServer() throws InheritException {
        return new GetsocksServer(POSIX, path, SOON, this::duplicates, drains::incrementAndGet);
    }

    private List<Fd> duplicates() {
        List<Fd> duplicates = new ArrayList<>();
        listeners.forEach(listener -> duplicates.add(POSIX.duplicate(listener, 0)));
        return duplicates;
    }

    private void listen(int count) {
        for (int i = 0; i < count; i++) {
            Fd fd = POSIX.socket(SocketFamily.INET, SocketType.STREAM, true);
            POSIX.bind(fd, new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0));
            POSIX.listen(fd, 16);
            listeners.add(fd);
        }
    }

    @Test
    void allSocketsComeInBatchesThatAreAcknowledged() {
        listen(600);
        List<SocketAddress> got = new ArrayList<>();
        List<Integer> batches = new ArrayList<>();
        try (Fd client = connect()) {
            say(client, "_getsocks\n");
            assertThat(int32(receive(client, 4, 0).payload())).isEqualTo(600);
            while (got.size() < 600) {
                ReceivedMessage batch = receive(client, 100_000, 253);
                assertThat(batch.payload())
                        .as("no namespace, no interface, no options")
                        .isEqualTo(new byte[batch.fds().size() * 6]);
                batches.add(batch.fds().size());
                batch.fds().forEach(fd -> got.add(POSIX.localAddress(fd)));
                batch.fds().forEach(Fd::close);
                POSIX.sendMessage(client, new byte[4], List.of());
            }
            assertThat(receive(client, 100, 0).payload()).as("then it ends").isEmpty();
        }
        assertThat(batches).containsExactly(252, 252, 96);
        assertThat(got)
                .containsExactlyElementsOf(
                        listeners.stream().map(POSIX::localAddress).toList());
    }

    @Test
    void whoHasNothingToGiveEndsWithoutAByteAsHaproxyDoes() {
        try (Fd client = connect()) {
            say(client, "_getsocks\n");
            assertThat(receive(client, 100, 0).payload()).isEmpty();
        }
    }

    @Test
    void aClientMayHaveThisProcessDrain() {
        try (Fd client = connect()) {
            say(client, "drain\n");
            assertThat(new String(receive(client, 100, 0).payload(), UTF_8)).isEqualTo("draining\n");
        }
        assertThat(drains).hasValue(1);
    }

    @Test
    void clientsThatHangOrSpeakNonsenseCostNothingForLong() {
        listen(300);
        int before = FdCount.now();
        List<Fd> bad = new ArrayList<>();
        for (String words :
                List.of("", "show info\n", "_getsocks", "x".repeat(200), "_getsocks\n", "_getsocks\n\n\n")) {
            Fd client = connect();
            bad.add(client);
            if (!words.isEmpty()) {
                say(client, words);
            }
            // One that takes its first batch and then says nothing holds a place; the others find one free in the end.
            await().until(() -> isServedSoon());
        }
        try (Fd passes = connect();
                Fd unwanted = POSIX.eventFd()) {
            POSIX.sendMessage(passes, "_getsocks\n".getBytes(UTF_8), List.of(unwanted));
            await().until(() -> isServedSoon());
        }
        bad.forEach(Fd::close);
        await().untilAsserted(() -> assertThat(FdCount.now()).isEqualTo(before));
        assertThat(drains).hasValue(0);
    }

    private boolean isServedSoon() {
        try (Fd client = connect()) {
            say(client, "_getsocks\n");
            return receive(client, 4, 0).payload().length == 4;
        } catch (PosixException e) {
            return false; // all places were taken
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleHarmsNobody() {
        listen(600);
        int before = FdCount.now();
        for (int i = 0; i < 3; i++) {
            try (Fd client = connect()) {
                say(client, "_getsocks\n");
                assertThat(int32(receive(client, 4, 0).payload())).isEqualTo(600);
            }
        }
        await().untilAsserted(() -> assertThat(FdCount.now()).isEqualTo(before));
        assertThat(isServedSoon()).isTrue();
    }

    @Test
    void onlyItsUserCanConnectAndTheNextOneTakesThePlaceInOneStep() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (GetsocksServer next = new GetsocksServer(POSIX, path, SOON, List::of, () -> {})) {
            listen(1);
            assertThat(isServedSoon()).as("not yet").isTrue();
            next.open();
            server.close();
            assertThat(path).as("it is not the first one's any more").exists();
            assertThat(isServedSoon()).as("the second one has nothing").isFalse();
        }
        assertThat(path).doesNotExist();
        assertThat(files()).isEmpty();
    }

    @Test
    void aPathThatCannotBeHadIsSaidInOneLine() {
        Path tooLong = directory.resolve("x".repeat(120));
        assertThatThrownBy(() -> new GetsocksServer(POSIX, tooLong, List::of, () -> {}))
                .isInstanceOf(InheritException.class)
                .hasMessageContaining("expected at most 107");
        Path nowhere = directory.resolve("none").resolve("sockets");
        assertThatThrownBy(() -> new GetsocksServer(POSIX, nowhere, List::of, () -> {}))
                .isInstanceOf(InheritException.class)
                .hasMessageContaining("cannot serve sockets at " + nowhere)
                .hasMessageContaining("ENOENT");
    }

    private List<Path> files() throws IOException {
        try (var list = Files.list(directory)) {
            return list.toList();
        }
    }

    private Fd connect() {
        Fd client = POSIX.socket(SocketFamily.UNIX, SocketType.STREAM, false);
        POSIX.connect(client, new SocketAddress.UnixPath(path.toString()));
        return client;
    }

    private static void say(Fd client, String words) {
        POSIX.sendMessage(client, words.getBytes(UTF_8), List.of());
    }

    private static ReceivedMessage receive(Fd client, int bytes, int fds) {
        return POSIX.receiveMessage(client, bytes, fds).orElseThrow();
    }

    private static int int32(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }
}
