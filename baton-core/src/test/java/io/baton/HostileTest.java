package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.baton.DomainSocketNames.Role;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import io.baton.testkit.ChildJvm;
import io.baton.testkit.FdCount;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What anybody may send to a parent's socket, and what comes of it. */
class HostileTest {
    private static final Posix POSIX = Posix.linux();

    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final DomainSocketNames names = new DomainSocketNames(epoch0.socketPath(), epoch0.baseId());
    private final SocketAddress parentAddress = names.address(Role.PARENT, epoch0.epoch());
    private Server parent;
    private Optional<Fd> silentChild = Optional.empty();

    @BeforeEach
    void startParent() throws HotRestartException {
        parent = Server.start(epoch0);
    }

    @AfterEach
    void endParent() {
        silentChild.ifPresent(Fd::close);
        parent.close();
    }

    @Test
    void unknownRequestGetsDidntRecognize() throws Exception {
        try (Fd child = childSocket()) {
            send(
                    child,
                    Frames.split(MessageEncoder.encode(new Request.Unknown(100)))
                            .getFirst());
            assertThat(reply(child)).isEqualTo(new HotRestartMessage.NotRecognized());
            send(child, Frames.split(new byte[0]).getFirst());
            assertThat(reply(child)).isEqualTo(new HotRestartMessage.NotRecognized());
            send(
                    child,
                    Frames.split(MessageEncoder.encode(Reply.PassListenSocket.NONE))
                            .getFirst());
            assertThat(reply(child)).isEqualTo(new HotRestartMessage.NotRecognized());
        }
    }

    @Test
    void garbageAndOversizedDatagramsNeverKillTheReceiver() throws Exception {
        Random random = new Random(42);
        try (Fd stranger = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            for (int i = 0; i < 500; i++) {
                byte[] garbage = new byte[random.nextInt(6000)];
                random.nextBytes(garbage);
                if (random.nextBoolean() && garbage.length > 8) {
                    ByteBuffer.wrap(garbage).putLong(garbage.length - 8L);
                }
                send(stranger, garbage);
            }
        }
        assertHandoverStillWorks();
    }

    @Test
    void fdsThatNobodyAskedForAreClosed() throws Exception {
        int before = FdCount.now();
        try (Fd stranger = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
                FdPair pipe = POSIX.pipe(0)) {
            byte[] request = Frames.split(MessageEncoder.encode(new Request.TestConnection()))
                    .getFirst();
            for (int i = 0; i < 50; i++) {
                sendWhenRoom(stranger, request, List.of(pipe.first()));
                sendWhenRoom(stranger, request, List.of(pipe.first(), pipe.second(), pipe.first()));
            }
        }
        await().untilAsserted(() -> assertThat(FdCount.now()).isLessThanOrEqualTo(before));
        assertHandoverStillWorks();
    }

    @Test
    void aStrangerCanNeitherDrainNorTerminateNorTakeStats() throws Exception {
        parent.stats.counter("requests").add(5);
        try (Fd stranger = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            for (Request request : List.of(
                    new Request.Terminate(),
                    new Request.DrainListeners(),
                    new Request.Stats(),
                    new Request.PassListenSocket("tcp://127.0.0.1:1", 0))) {
                send(stranger, Frames.split(MessageEncoder.encode(request)).getFirst());
            }
        }
        try (Server child = Server.start(epoch1)) {
            await().untilAsserted(() -> assertThat(parent.duties).startsWith("closeAdmin", "drainListeners"));
            assertThat(child.stats.counters()).containsEntry("requests", 5L);
        }
    }

    @Test
    void terminateBeforeDrainOnlyEndsTheHandover() throws Exception {
        try (Fd child = childSocket()) {
            send(
                    child,
                    Frames.split(MessageEncoder.encode(new Request.ShutdownAdmin()))
                            .getFirst());
            assertThat(reply(child)).isInstanceOf(Reply.ShutdownAdmin.class);
            send(
                    child,
                    Frames.split(MessageEncoder.encode(new Request.Terminate())).getFirst());
            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
        }
        assertThat(parent.hotRestart.state().label()).isEqualTo("serving");
    }

    @Test
    void aDrainingParentGivesUpOnAChildThatIsNotReadyInTime() throws Exception {
        drainWith(
                epoch0.with(o -> {
                    o.readyTimeout = Duration.ofMillis(300);
                    o.exitWhenDrained = false;
                    o.drainTime = Duration.ofSeconds(2);
                }),
                List.of(new Request.ShutdownAdmin()));
        await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
    }

    @Test
    void aDrainThatTheParentAskedForEndsThoughItsChildIsSilent() throws Exception {
        drainWith(
                epoch0.with(o -> o.drainTime = Duration.ofSeconds(1)),
                List.of(new Request.ShutdownAdmin(), new Request.DrainListeners()));
        await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
    }

    /** A child says what it has to say to a parent that drains by itself, and hangs. */
    private void drainWith(HotRestartOptions options, List<Request> requests) throws Exception {
        parent.close();
        parent = Server.start(options);
        parent.connections.set(1);
        parent.hotRestart.drain();
        await().untilAsserted(() -> assertThat(parent.duties).containsExactly("drainListeners"));
        Fd child = childSocket();
        silentChild = Optional.of(child);
        for (Request request : requests) {
            send(child, Frames.split(MessageEncoder.encode(request)).getFirst());
        }
        await().untilAsserted(() -> assertThat(parent.hotRestart.state())
                .isEqualTo(new HotRestartState.Draining(
                        epoch0.epoch(), OptionalLong.of(ProcessHandle.current().pid()))));
    }

    @Test
    void aChildThatAsksAgainIsNotToldTheSameCountsTwice() throws Exception {
        parent.stats.counter("requests").add(5);
        try (Fd child = childSocket()) {
            assertThat(ask(child, new Request.ShutdownAdmin())).isInstanceOf(Reply.ShutdownAdmin.class);
            assertThat(((Reply.Stats) ask(child, new Request.Stats())).counterDeltas())
                    .containsEntry("requests", 5L);
            assertThat(ask(child, new Request.ShutdownAdmin())).isInstanceOf(Reply.ShutdownAdmin.class);
            assertThat(((Reply.Stats) ask(child, new Request.Stats())).counterDeltas())
                    .doesNotContainKey("requests");
        }
    }

    private HotRestartMessage ask(Fd child, Request request) throws HotRestartException {
        send(child, Frames.split(MessageEncoder.encode(request)).getFirst());
        return reply(child);
    }

    @Test
    void forgedSenderIsIgnored() throws Exception {
        assumeThat(POSIX.effectiveUserId())
                .as("only root can become somebody else")
                .isZero();
        byte[] shutdownAdmin =
                Frames.split(MessageEncoder.encode(new Request.ShutdownAdmin())).getFirst();
        try (ChildJvm forger = ChildJvm.start(
                List.of("setpriv", "--reuid", "65534", "--clear-groups"),
                ForgerMain.class,
                Long.toString(epoch0.baseId().value()),
                HexFormat.of().formatHex(shutdownAdmin))) {
            forger.awaitLine("sent");
        }
        assertThat(parent.duties).isEmpty();
        assertHandoverStillWorks();
    }

    /** Sends what it is given, as whoever it runs as; with no class from a jar, as those may be root's alone. */
    static final class ForgerMain {
        private ForgerMain() {}

        public static void main(String[] arguments) {
            DomainSocketNames names = new DomainSocketNames("@baton_test", new BaseId(Long.parseLong(arguments[0])));
            try (Fd socket = Posix.linux().socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
                byte[] request = HexFormat.of().parseHex(arguments[1]);
                Posix.linux().sendMessageTo(socket, request, List.of(), names.address(Role.PARENT, RestartEpoch.FIRST));
                System.out.println("sent as uid " + Posix.linux().effectiveUserId());
            }
        }
    }

    @Test
    void udpPacketsReachTheChild() throws Exception {
        parent.connections.set(1);
        List<UdpPacket> received = new CopyOnWriteArrayList<>();
        UdpPacket packet = new UdpPacket(
                (SocketAddress.Inet)
                        ListenUrl.parse("udp://127.0.0.1:53").orElseThrow().address(),
                (SocketAddress.Inet)
                        ListenUrl.parse("udp://[::1]:4711").orElseThrow().address(),
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                new byte[20_000],
                3);
        assertThat(parent.hotRestart.forward(packet)).isFalse();
        try (Server child = Server.join(epoch1)) {
            child.hotRestart.onForwarded(received::add);
            child.hotRestart.ready();
            await().until(() -> parent.hotRestart.forward(packet));
            await().untilAsserted(() -> assertThat(received).isNotEmpty());
            assertThat(received.getFirst()).usingRecursiveComparison().isEqualTo(packet);
        }
    }

    private void assertHandoverStillWorks() throws HotRestartException {
        try (Server child = Server.start(epoch1)) {
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
        }
        await().untilAsserted(() -> assertThat(parent.duties).startsWith("closeAdmin", "drainListeners"));
    }

    private Fd childSocket() {
        Fd socket = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
        POSIX.setSocketOption(socket, SocketOption.SO_PASSCRED, 1);
        POSIX.bind(socket, names.address(Role.CHILD, epoch1.epoch()));
        return socket;
    }

    private HotRestartMessage reply(Fd child) throws HotRestartException {
        POSIX.awaitReadable(List.of(child), Duration.ofSeconds(10));
        byte[] datagram = POSIX.receiveMessage(child, 4096, 1).orElseThrow().payload();
        Optional<byte[]> message = new FrameAssembler(4096).accept(datagram, 0);
        return MessageDecoder.decode(message.orElseThrow());
    }

    private void send(Fd socket, byte[] datagram) {
        sendWhenRoom(socket, datagram, List.of());
    }

    private void sendWhenRoom(Fd socket, byte[] datagram, List<Fd> fds) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            try {
                POSIX.sendMessageTo(socket, datagram, fds, parentAddress);
                return true;
            } catch (PosixException e) {
                if (e.errno() == Errno.EAGAIN) {
                    return false;
                }
                throw e;
            }
        });
    }
}
