package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.testkit.FaultyPosix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenersTest {
    private static final SocketAddress ANY_PORT = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0);

    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);

    @TempDir
    Path directory;

    @Test
    void aListenerCrossesWithTheConnectionsInItsQueue() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket listener = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, false));
            listener.activate();
            try (SocketChannel client = connect(listener);
                    Server child = Server.join(epoch1)) {
                ListenerSocket inherited = child.hotRestart.listeners().listen(tcp(listener.boundAddress(), 0, false));
                child.hotRestart.ready();

                assertThat(inherited.inherited()).isTrue();
                int accepted = Posix.linux().accept(inherited.fd().number());
                assertThat(accepted).isPositive();
                Posix.linux().close(accepted);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void listenersThatTheServerCannotLetGoOfStayOpenAndAreTriedAgain() throws Exception {
        try (Server server = Server.start(epoch0)) {
            ListenerSocket listener = server.hotRestart.listeners().listen(tcp(ANY_PORT, 0, false));
            server.connections.set(1);
            server.failing.set(true);
            server.hotRestart.drain();
            await().untilAsserted(() -> assertThat(server.duties).hasSizeGreaterThan(2));
            assertThat(listener.fd().isClosed()).isFalse();

            server.failing.set(false);
            await().untilAsserted(() -> assertThat(listener.fd().isClosed()).isTrue());
            assertThat(server.duties).containsOnly("drainListeners");
        }
    }

    @Test
    void aLateAnswerIsNotTakenForTheNextOne() throws Exception {
        DomainSocketNames names = new DomainSocketNames(epoch0.socketPath(), epoch0.baseId());
        try (Server parent = Server.start(epoch0);
                Fd late = Posix.linux().socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
                Server child = Server.join(epoch1)) {
            ListenerSocket listener = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, false));
            child.hotRestart.shutdownParentAdmin();
            Posix.linux()
                    .sendMessageTo(
                            late,
                            Frames.split(MessageEncoder.encode(Reply.PassListenSocket.NONE))
                                    .getFirst(),
                            List.of(),
                            names.address(DomainSocketNames.Role.CHILD, epoch1.epoch()));

            assertThat(child.hotRestart
                            .listeners()
                            .listen(tcp(listener.boundAddress(), 0, false))
                            .inherited())
                    .isTrue();
        }
    }

    @Test
    void aSocketBoundToAnotherAddressIsRefusedAndClosed() {
        Posix posix = Posix.linux();
        Fd other = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
        posix.bind(other, ANY_PORT);
        Listeners listeners = new Listeners(posix, (url, worker) -> Optional.of(other));
        ListenSpec wanted = tcp(new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 1), 0, false);

        assertThatThrownBy(() -> listeners.listen(wanted))
                .isInstanceOf(HotRestartException.class)
                .hasMessageStartingWith("the parent passed a socket bound to 127.0.0.1:")
                .hasMessageEndingWith(" for tcp://127.0.0.1:1");
        assertThat(other.isClosed()).isTrue();
        assertThat(listeners.all()).isEmpty();
    }

    @Test
    void aPathThatCannotBeRemovedDoesNotStopTheClosing() throws Exception {
        FaultyPosix faulty = new FaultyPosix(Posix.linux());
        HotRestartOptions onPaths =
                epoch0.with(o -> o.socketPath = directory.resolve("hr").toString());
        Server server = Server.join(faulty.posix(), onPaths);
        ListenerSocket first = server.hotRestart.listeners().listen(unix("one.sock"));
        ListenerSocket second = server.hotRestart.listeners().listen(unix("two.sock"));
        faulty.fail("unlink", Errno.EROFS, 9).fail("unlinkSharedMemory", Errno.EACCES, 9);
        server.close();

        assertThat(List.of(first.fd(), second.fd())).allMatch(Fd::isClosed);
        Server.join(onPaths).close(); // nobody has the names any more
    }

    private ListenSpec unix(String file) {
        return new ListenSpec(
                new SocketAddress.UnixPath(directory.resolve(file).toString()), SocketType.STREAM, 0, false, 16);
    }

    @Test
    void aPathIsRemovedByTheParentWhenTheChildLeftEarly() throws Exception {
        DomainSocketNames names = new DomainSocketNames(epoch0.socketPath(), epoch0.baseId());
        Server parent = Server.start(epoch0);
        ListenerSocket listener = parent.hotRestart.listeners().listen(unix("app.sock"));
        try (Fd child = Posix.linux().socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            Posix.linux().bind(child, names.address(DomainSocketNames.Role.CHILD, epoch1.epoch()));
            for (Request request : List.of(
                    new Request.ShutdownAdmin(),
                    new Request.PassListenSocket(listener.spec().url(), 0),
                    new Request.Terminate())) {
                Posix.linux()
                        .sendMessageTo(
                                child,
                                Frames.split(MessageEncoder.encode(request)).getFirst(),
                                List.of(),
                                names.address(DomainSocketNames.Role.PARENT, epoch0.epoch()));
            }
            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
        }
        parent.close();
        assertThat(directory.resolve("app.sock")).doesNotExist();
    }

    @Test
    void ofWorkersEachGetsItsOwnAndTheSurplusIsAdopted() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket first = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, true));
            for (int worker = 1; worker < 4; worker++) {
                parent.hotRestart.listeners().listen(tcp(first.boundAddress(), worker, true));
            }
            try (Server child = Server.join(epoch1)) {
                ListenSpec own = tcp(first.boundAddress(), 0, true);
                assertThat(child.hotRestart.listeners().listen(own).inherited()).isTrue();
                List<ListenerSocket> surplus = child.hotRestart.listeners().surplus(own);
                assertThat(surplus)
                        .extracting(socket -> socket.spec().workerIndex())
                        .containsExactly(1, 2, 3);
                assertThat(surplus).allMatch(ListenerSocket::inherited);
            }
        }
    }

    @Test
    void aChildWithMoreWorkersBindsTheOnesThatTheParentHasNot() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket only = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, true));
            try (Server child = Server.join(epoch1)) {
                Listeners listeners = child.hotRestart.listeners();
                assertThat(listeners.listen(tcp(only.boundAddress(), 0, true)).inherited())
                        .isTrue();
                ListenerSocket fresh = listeners.listen(tcp(only.boundAddress(), 1, true));
                assertThat(fresh.inherited()).isFalse();
                fresh.activate();
                assertThat(listeners.surplus(tcp(only.boundAddress(), 0, true))).isEmpty();
            }
        }
    }

    @Test
    void aSharedSocketOfTheParentServesAnyWorkerOnce() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket shared = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, false));
            try (Server child = Server.join(epoch1)) {
                Listeners listeners = child.hotRestart.listeners();
                assertThat(listeners.listen(tcp(shared.boundAddress(), 0, true)).inherited())
                        .isTrue();
                assertThat(listeners.surplus(tcp(shared.boundAddress(), 0, true)))
                        .isEmpty();
                assertThat(listeners.listen(tcp(shared.boundAddress(), 1, true)).inherited())
                        .isTrue();
            }
        }
    }

    @Test
    void addressAndTypeMustBeTheSame() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket tcp = parent.hotRestart.listeners().listen(tcp(ANY_PORT, 0, false));
            try (Server child = Server.join(epoch1)) {
                ListenSpec udp = new ListenSpec(tcp.boundAddress(), SocketType.DATAGRAM, 0, false, 1);
                assertThat(child.hotRestart.listeners().listen(udp).inherited()).isFalse();
                int port = ((SocketAddress.Inet) tcp.boundAddress()).port();
                assertThat(parent.hotRestart.listeners().forChild("tcp://127.0.0.1:" + port, 0))
                        .isPresent();
                assertThat(parent.hotRestart.listeners().forChild("tcp://127.0.0.2:" + port, 0))
                        .isEmpty();
                assertThat(parent.hotRestart.listeners().forChild("tcp://0.0.0.0:" + port, 0))
                        .isEmpty();
                assertThat(parent.hotRestart.listeners().forChild("nonsense", 0))
                        .isEmpty();
            }
        }
    }

    @Test
    void udpSocketsCrossToo() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            ListenerSocket udp =
                    parent.hotRestart.listeners().listen(new ListenSpec(ANY_PORT, SocketType.DATAGRAM, 0, true, 1));
            udp.activate();
            try (Server child = Server.join(epoch1)) {
                ListenSpec same = new ListenSpec(udp.boundAddress(), SocketType.DATAGRAM, 0, true, 1);
                assertThat(child.hotRestart.listeners().listen(same).inherited())
                        .isTrue();
            }
        }
    }

    @Test
    void aUnixListenerCrossesAndItsPathStaysUntilTheLastHasLeft() throws Exception {
        Path path = directory.resolve("app.sock");
        ListenSpec spec = new ListenSpec(new SocketAddress.UnixPath(path.toString()), SocketType.STREAM, 0, false, 8);
        try (Server parent = Server.start(epoch0)) {
            parent.hotRestart.listeners().listen(spec).activate();
            try (Server child = Server.join(epoch1)) {
                assertThat(child.hotRestart.listeners().listen(spec).inherited())
                        .isTrue();
                child.hotRestart.ready();
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                    assertThat(client.connect(UnixDomainSocketAddress.of(path))).isTrue();
                }
            }
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void aChildThatFailsBeforeReadyLeavesTheParentsUnixPathConnectable() throws Exception {
        Path path = directory.resolve("app.sock");
        ListenSpec spec = new ListenSpec(new SocketAddress.UnixPath(path.toString()), SocketType.STREAM, 0, false, 8);
        Path ownPath = directory.resolve("new.sock");
        ListenSpec own = new ListenSpec(new SocketAddress.UnixPath(ownPath.toString()), SocketType.STREAM, 0, false, 8);
        try (Server parent = Server.start(epoch0)) {
            parent.hotRestart.listeners().listen(spec).activate();
            Server failed = Server.join(epoch1);
            assertThat(failed.hotRestart.listeners().listen(spec).inherited()).isTrue();
            failed.hotRestart.listeners().listen(own);
            failed.close();

            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                assertThat(client.connect(UnixDomainSocketAddress.of(path))).isTrue();
            }
            assertThat(ownPath).as("what it bound itself").doesNotExist();
        }
    }

    @Test
    void aPathComesBackToTheParentWhenALateChildEnds() throws Exception {
        Path path = directory.resolve("app.sock");
        ListenSpec spec = new ListenSpec(new SocketAddress.UnixPath(path.toString()), SocketType.STREAM, 0, false, 8);
        try (Server parent = Server.start(epoch0.with(o -> o.readyTimeout = Duration.ofMillis(200)))) {
            parent.hotRestart.listeners().listen(spec).activate();
            Server late = Server.join(epoch1);
            late.hotRestart.shutdownParentAdmin();
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("reopenAdmin"));
            assertThat(late.hotRestart.listeners().listen(spec).inherited()).isTrue();
            late.close();
            HotRestartState alone = new HotRestartState.Serving(epoch0.epoch(), OptionalLong.empty());
            await().untilAsserted(() -> assertThat(parent.duties).hasSize(3));
            assertThat(parent.hotRestart.state()).isEqualTo(alone);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aStaleUnixPathIsReplacedALiveOneIsNot() throws Exception {
        Path path = directory.resolve("app.sock");
        ListenSpec spec = new ListenSpec(new SocketAddress.UnixPath(path.toString()), SocketType.STREAM, 0, false, 8);
        Listeners dead = new Listeners(Posix.linux(), ParentSockets.NONE);
        dead.listen(spec);
        dead.handedOver(true);
        dead.closeAll();
        assertThat(path).exists();

        Listeners live = new Listeners(Posix.linux(), ParentSockets.NONE);
        live.listen(spec).activate();
        Listeners second = new Listeners(Posix.linux(), ParentSockets.NONE);
        assertInUse(second, spec);
        live.closeAll();
    }

    @Test
    void aFileInPlaceOfASocketIsNotRemoved() throws Exception {
        Path path = Files.writeString(directory.resolve("precious"), "data");
        ListenSpec spec = new ListenSpec(new SocketAddress.UnixPath(path.toString()), SocketType.STREAM, 0, false, 8);
        assertInUse(new Listeners(Posix.linux(), ParentSockets.NONE), spec);
        assertThat(path).content().isEqualTo("data");
    }

    @Test
    void nobodyQueuesBeforeActivation() throws Exception {
        Listeners listeners = new Listeners(Posix.linux(), ParentSockets.NONE);
        ListenerSocket listener = listeners.listen(tcp(ANY_PORT, 0, false));
        assertThatThrownBy(() -> connect(listener).close()).isInstanceOf(IOException.class);
        listener.activate();
        connect(listener).close();
        listeners.closeAll();
    }

    private static void assertInUse(Listeners listeners, ListenSpec spec) {
        assertThatThrownBy(() -> listeners.listen(spec))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
    }

    private static ListenSpec tcp(SocketAddress address, int worker, boolean reusePort) {
        return new ListenSpec(address, SocketType.STREAM, worker, reusePort, 16);
    }

    private static SocketChannel connect(ListenerSocket listener) throws IOException {
        SocketAddress.Inet address = (SocketAddress.Inet) listener.boundAddress();
        return SocketChannel.open(new InetSocketAddress(address.host(), address.port()));
    }
}
