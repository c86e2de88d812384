package io.baton.inherit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.InheritedSocket;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ReceivedMessage;
import io.baton.testkit.FdCount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MOSN itself is not to be had here: what answers is its side of the wire, over real sockets. */
class MosnClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Posix posix = Posix.linux();
    private final BlockingQueue<String> mosn = new LinkedBlockingQueue<>();
    private Map<Integer, String> before;

    @TempDir
    Path directory;

    @BeforeEach
    void count() {
        posix.eventFd().close(); // what loads with the first call is there
        before = FdCount.open();
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(FdCount.open()).isEqualTo(before);
        assertThat(directory.resolve("listen.sock")).doesNotExist();
    }

    @Test
    void mosnsListenersComeAndItEndsWhenWeServe() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                Fd udp = TestSockets.udp();
                FakePeer _ = mosn(List.of(tcp, udp), true);
                Inherited inherited = new Inheritance.Mosn(directory).take(posix)) {
            assertThat(inherited.skipped()).isEmpty();
            assertThat(inherited.sockets())
                    .extracting(InheritedSocket::address)
                    .containsExactly(posix.localAddress(tcp), posix.localAddress(udp));
            inherited.acknowledge();
            assertThat(mosn.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("stops accepting");
        }
    }

    @Test
    void anOlderMosnThatSaysNothingMoreIsNotWaitedForLong() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = mosn(List.of(tcp), false);
                Inherited inherited = ask()) {
            inherited.acknowledge();
            assertThat(mosn.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("stops accepting");
        }
    }

    @Test
    void aStartThatFailsLeavesMosnServing() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = mosn(List.of(tcp), true)) {
            ask().close();
            assertThat(mosn.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("serves on");
        }
    }

    @Test
    void aHundredSocketsFitItsOneMessage() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = mosn(Collections.nCopies(100, tcp), true);
                Inherited inherited = ask()) {
            assertThat(inherited.sockets()).hasSize(100);
        }
    }

    @Test
    void whatIsNoListenerIsClosedAndSaid() throws Exception {
        try (Fd event = posix.eventFd();
                FakePeer _ = mosn(List.of(event), true);
                Inherited inherited = ask()) {
            assertThat(inherited.skipped())
                    .containsExactly("MOSN 1/1 is no socket, expected a listening one; it is closed");
        }
    }

    @Test
    void noMosnIsSaid() {
        assertThatThrownBy(this::ask)
                .isInstanceOf(InheritException.class)
                .hasMessageStartingWith("MOSN in %s: connect(", directory)
                .hasMessageEndingWith("ENOENT (No such file or directory)");
    }

    @Test
    void aMosnThatIsAtAnotherUpgradeIsSaid() throws Exception {
        try (FakePeer _ = new FakePeer(directory.resolve("reconfig.sock"), connection -> {})) {
            assertThatThrownBy(this::ask)
                    .isInstanceOf(InheritException.class)
                    .hasMessage(
                            "MOSN in %s: it closes %s without the byte that begins an upgrade",
                            directory, directory.resolve("reconfig.sock"));
        }
    }

    @Test
    void aMosnThatHangsIsNotWaitedForWithoutEnd() throws Exception {
        try (FakePeer _ = new FakePeer(directory.resolve("reconfig.sock"), this::begin)) {
            assertThatThrownBy(() -> MosnClient.ask(posix, directory, Duration.ofMillis(300)))
                    .isInstanceOf(InheritException.class)
                    .hasMessageContaining("MOSN in %s does not send its sockets, expected them within", directory);
        }
    }

    @Test
    void aMosnThatClosesInsteadOfSendingIsSaid() throws Exception {
        try (FakePeer _ = new FakePeer(directory.resolve("reconfig.sock"), connection -> {
            begin(connection);
            UnixStreams.connect(posix, directory.resolve("listen.sock")).close();
        })) {
            assertThatThrownBy(this::ask)
                    .isInstanceOf(InheritException.class)
                    .hasMessage("MOSN in %s: closed by the other side", directory);
        }
    }

    @Test
    void moreThanAnyMessageCanCarryCannotCome() throws Exception {
        try (Fd tcp = TestSockets.tcp();
                FakePeer _ = mosn(Collections.nCopies(253, tcp), true);
                Inherited inherited = ask()) {
            assertThat(inherited.sockets()).hasSize(253);
        }
    }

    private Inherited ask() throws InheritException {
        return MosnClient.ask(posix, directory, PATIENCE);
    }

    private void begin(Fd connection) {
        posix.sendMessage(connection, new byte[1], List.of());
    }

    /** The running MOSN, to the moment at which it would stop accepting. */
    private FakePeer mosn(List<Fd> sockets, boolean answers) {
        return new FakePeer(directory.resolve("reconfig.sock"), reconfigure -> {
            begin(reconfigure);
            reconfigure.close();
            try (Fd connection = UnixStreams.connect(posix, directory.resolve("listen.sock"))) {
                posix.sendMessage(connection, new byte[1], sockets);
                posix.setNonBlocking(connection, false);
                ReceivedMessage ready = posix.receiveMessage(connection, 1, 0).orElseThrow();
                if (ready.payload().length == 0) {
                    mosn.add("serves on");
                    return;
                }
                if (answers) {
                    posix.sendMessage(connection, new byte[1], List.of());
                }
                mosn.add("stops accepting");
                // Its end of the connection lives as long as it does.
                assertThat(posix.receiveMessage(connection, 1, 0).orElseThrow().payload())
                        .isEmpty();
            }
        });
    }
}
