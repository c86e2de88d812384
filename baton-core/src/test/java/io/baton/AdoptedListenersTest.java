package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that came by another way than from a parent. */
class AdoptedListenersTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Posix posix = Posix.linux();
    private final Listeners listeners = new Listeners(posix, ParentSockets.NONE);
    private Map<Integer, String> before;

    @TempDir
    Path directory;

    @BeforeEach
    void count() throws IOException {
        // What the first calls open for good is there.
        posix.eventFd().close();
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
        before = FdCount.open();
    }

    @AfterEach
    void nothingLeaks() {
        listeners.closeAll();
        assertThat(FdCount.open()).isEqualTo(before);
    }

    @Test
    void aListenerTakesTheSocketThatIsAtItsAddressAndClientsInItsQueue() throws Exception {
        InheritedSocket socket = tcp("A");
        try (Fd client = posix.socket(SocketFamily.INET, SocketType.STREAM, false)) {
            posix.listen(socket.fd(), 8);
            posix.connect(client, socket.address());
            listeners.adopt(List.of(socket));
            ListenerSocket listener = listeners.listen(spec(socket.address(), 0, false));

            assertThat(listener.inherited()).isTrue();
            assertThat(listeners.unclaimed()).isEmpty();
            Fd.own(posix.accept(listener.fd().number())).close();
        }
    }

    @Test
    void aSocketThatNobodyHasCalledListenOnBlockingOrNotIsReadyToAccept() throws Exception {
        InheritedSocket socket = tcp("A");
        listeners.adopt(List.of(socket));
        ListenerSocket listener = listeners.listen(spec(socket.address(), 0, false));
        assertThat(posix.socketOption(listener.fd(), SocketOption.SO_ACCEPTCONN))
                .isOne();
        assertThat(posix.accept(listener.fd().number())).isEqualTo(-Errno.EAGAIN.number());
    }

    @Test
    void whatNobodyClaimsIsOpenUntilReadyAndThenClosed() throws Exception {
        InheritedSocket socket = tcp("A");
        listeners.adopt(List.of(socket));
        assertThat(listeners.unclaimed()).containsExactly(socket);
        assertThat(socket.fd().isClosed()).isFalse();

        listeners.takenOver();
        assertThat(listeners.unclaimed()).isEmpty();
        assertThat(socket.fd().isClosed()).isTrue();
    }

    @Test
    void aProcessWithoutHotRestartClosesThemToo() throws Exception {
        InheritedSocket socket = tcp("A");
        try (HotRestart disabled = HotRestart.join(Lineages.fresh().with(o -> o.disabled = true), posix, new Stats())) {
            disabled.listeners().adopt(List.of(socket));
            disabled.ready();
            assertThat(socket.fd().isClosed()).isTrue();
        }
    }

    @Test
    void workersEachTakeOneAndTheRestIsSurplus() throws Exception {
        List<InheritedSocket> four = reusePort(4);
        listeners.adopt(four);
        ListenSpec first = spec(four.getFirst().address(), 0, true);
        List<Fd> used = new ArrayList<>();
        used.add(listeners.listen(first).fd());
        used.add(listeners.listen(spec(first.address(), 1, true)).fd());
        List<ListenerSocket> surplus = listeners.surplus(first);

        assertThat(surplus).extracting(socket -> socket.spec().workerIndex()).containsExactly(2, 3);
        surplus.forEach(socket -> used.add(socket.fd()));
        assertThat(used)
                .containsExactlyElementsOf(
                        four.stream().map(InheritedSocket::fd).toList());
    }

    @Test
    void aListenerWithoutReusePortAcceptsFromAllOfThem() throws Exception {
        List<InheritedSocket> three = reusePort(3);
        listeners.adopt(three);
        ListenSpec shared = spec(three.getFirst().address(), 0, false);
        assertThat(listeners.listen(shared).inherited()).isTrue();
        assertThat(listeners.surplus(shared)).hasSize(2);
        assertThat(listeners.unclaimed()).isEmpty();
    }

    @Test
    void duplicatesOfOneSocketAreKeptOnce() throws Exception {
        InheritedSocket socket = tcp("A");
        InheritedSocket again = InheritedSocket.of(posix, posix.duplicate(socket.fd(), 0), "B");
        listeners.adopt(List.of(socket, again));
        assertThat(listeners.unclaimed()).containsExactly(socket);
        assertThat(again.fd().isClosed()).isTrue();
    }

    @Test
    void typeAndAddressMustBeTheListenersOwn() throws Exception {
        Fd fd = posix.socket(SocketFamily.INET, SocketType.DATAGRAM, true);
        posix.bind(fd, new SocketAddress.Inet(LOOPBACK, 0));
        InheritedSocket udp = InheritedSocket.of(posix, fd, "UDP");
        int port = ((SocketAddress.Inet) udp.address()).port();
        assertThat(udp.isFor(spec(udp.address(), 0, false))).isFalse();
        assertThat(udp.isFor(new ListenSpec(udp.address(), SocketType.DATAGRAM, 0, false, 16)))
                .isTrue();
        SocketAddress all = new SocketAddress.Inet(InetAddress.ofLiteral("0.0.0.0"), port);
        assertThat(udp.isFor(new ListenSpec(all, SocketType.DATAGRAM, 0, false, 16)))
                .isFalse();
        fd.close();
    }

    @Test
    void aSocketInTheWayIsNamed() throws Exception {
        Fd fd = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
        posix.bind(fd, new SocketAddress.Inet(InetAddress.ofLiteral("0.0.0.0"), 0));
        posix.listen(fd, 8);
        InheritedSocket all = InheritedSocket.of(posix, fd, "NGINX=6");
        int port = ((SocketAddress.Inet) all.address()).port();
        listeners.adopt(List.of(all));
        assertThatThrownBy(() -> listeners.listen(spec(new SocketAddress.Inet(LOOPBACK, port), 0, false)))
                .isInstanceOf(HotRestartException.class)
                .hasMessage(
                        "cannot bind tcp://127.0.0.1:%d beside the inherited NGINX=6 (tcp://0.0.0.0:%d): give the listener that very address",
                        port, port);
    }

    @Test
    void aFailedClaimClosesItWithTheRest() throws Exception {
        FaultyPosix faulty = new FaultyPosix(posix).fail("listen", Errno.EINVAL, 1);
        Listeners failing = new Listeners(faulty.posix(), ParentSockets.NONE);
        InheritedSocket socket = tcp("A");
        failing.adopt(List.of(socket));
        assertThatThrownBy(() -> failing.listen(spec(socket.address(), 0, false)))
                .isInstanceOf(PosixException.class);
        failing.closeAll();
        assertThat(socket.fd().isClosed()).isTrue();
    }

    @Test
    void afterNginxThePathOfAnUnusedSocketGoesAtReady() throws Exception {
        Path path = directory.resolve("app.sock");
        listeners.adopt(List.of(unix(path).with(PathPolicy.LIKE_NGINX)));
        assertThat(path).exists();
        listeners.takenOver();
        assertThat(path).doesNotExist();
    }

    @Test
    void thePathOfAnUnusedSocketStaysWhenAnotherSocketIsThere() throws Exception {
        Path path = directory.resolve("app.sock");
        InheritedSocket old = unix(path).with(PathPolicy.LIKE_NGINX);
        Files.delete(path);
        InheritedSocket current = unix(path).with(PathPolicy.LIKE_NGINX);
        listeners.adopt(List.of(current, old));
        listeners.listen(spec(current.address(), 0, false));
        listeners.takenOver();
        assertThat(old.fd().isClosed()).isTrue();
        SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
    }

    @Test
    void afterNginxAPathInUseStaysWhileTheOneThatStartedUsLives() throws Exception {
        Path path = directory.resolve("app.sock");
        InheritedSocket socket = unix(path).with(PathPolicy.LIKE_NGINX);
        listeners.adopt(List.of(socket));
        listeners.listen(spec(socket.address(), 0, false));
        listeners.takenOver();
        listeners.closeAll();
        assertThat(path).exists();
    }

    @Test
    void aStartThatFailsLeavesEveryPath() throws Exception {
        Path used = directory.resolve("used.sock");
        Path unused = directory.resolve("unused.sock");
        InheritedSocket socket = unix(used).with(PathPolicy.LIKE_NGINX);
        listeners.adopt(List.of(socket, unix(unused).with(PathPolicy.LIKE_NGINX)));
        listeners.listen(spec(socket.address(), 0, false));
        listeners.closeAll();
        assertThat(used).exists();
        assertThat(unused).exists();
    }

    @Test
    void aPathThatSystemdOwnsOutlivesEveryProcessOfTheLineage() throws Exception {
        HotRestartOptions epoch0 = Lineages.fresh();
        Path path = directory.resolve("app.sock");
        Path unused = directory.resolve("unused.sock");
        Path own = directory.resolve("own.sock");
        InheritedSocket socket = unix(path);
        ListenSpec spec = spec(socket.address(), 0, false);
        ListenSpec ownSpec = spec(new SocketAddress.UnixPath(own.toString()), 0, false);
        Server first = Server.start(posix, epoch0, server -> {
            server.hotRestart.listeners().adopt(List.of(socket, adoptable(unused)));
            listen(server, spec);
            listen(server, ownSpec);
        });
        Server second = Server.start(posix, Lineages.next(epoch0), server -> {
            listen(server, spec);
            listen(server, ownSpec);
        });
        first.close();
        second.close();
        assertThat(List.of(path, unused)).allMatch(Files::exists);
        assertThat(own).doesNotExist();
    }

    @Test
    void whatHaproxyBoundUnderATemporaryNameIsFoundByTheNameThatClientsUse() throws Exception {
        HotRestartOptions epoch0 = Lineages.fresh();
        Path path = directory.resolve("app.sock");
        Path temporary = directory.resolve("app.sock.4711.tmp");
        InheritedSocket socket = unix(temporary);
        Files.move(temporary, path);
        ListenSpec spec = spec(new SocketAddress.UnixPath(path.toString()), 0, false);
        try (Server first = Server.start(posix, epoch0, server -> {
                    server.hotRestart.listeners().adopt(List.of(socket));
                    assertThat(listen(server, spec).boundAddress()).isEqualTo(spec.address());
                });
                Server second = Server.start(posix, Lineages.next(epoch0), server -> {
                    assertThat(listen(server, spec).inherited()).isTrue();
                })) {
            assertThat(List.of(first, second)).doesNotContainNull();
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
        }
        assertThat(path).exists();
    }

    @Test
    void onlyATemporaryNameIsOne() {
        assertThat(UnixPaths.isTemporaryNameOf("/run/a", "/run/a.1.tmp")).isTrue();
        for (String other :
                List.of("/run/a", "/run/a.tmp", "/run/a..tmp", "/run/a.x.tmp", "/run/ab.1.tmp", "/run/a1.tmp")) {
            assertThat(UnixPaths.isTemporaryNameOf("/run/a", other)).as(other).isFalse();
        }
    }

    @Test
    void foreignPathsAreReadAsTheyWereWritten() {
        ForeignPaths ours = new ForeignPaths(posix);
        ours.add("/run/ä.sock");
        ours.add("/run/b.sock");
        ForeignPaths theirs = new ForeignPaths(posix);
        theirs.take(ours.give());
        assertThat(theirs.mayRemove("/run/ä.sock", PathPolicy.OURS)).isFalse();
        assertThat(theirs.mayRemove("/run/b.sock", PathPolicy.OURS)).isFalse();
        assertThat(theirs.mayRemove("/run/c.sock", PathPolicy.OURS)).isTrue();
        theirs.take(new byte[0]);
        assertThatThrownBy(() -> theirs.take(new byte[] {'x'})).isInstanceOf(IllegalArgumentException.class);

        for (int i = 0; i < 1000; i++) {
            ours.add("/run/%d.sock".formatted(i));
        }
        assertThat(ours.give().length).isLessThanOrEqualTo(4096);
    }

    private static ListenerSocket listen(Server server, ListenSpec spec) {
        try {
            return server.hotRestart.listeners().listen(spec);
        } catch (HotRestartException e) {
            throw new AssertionError(e);
        }
    }

    private InheritedSocket adoptable(Path path) {
        try {
            return unix(path);
        } catch (HotRestartException e) {
            throw new AssertionError(e);
        }
    }

    private InheritedSocket tcp(String origin) throws HotRestartException {
        Fd fd = posix.socket(SocketFamily.INET, SocketType.STREAM, false);
        posix.bind(fd, new SocketAddress.Inet(LOOPBACK, 0));
        return InheritedSocket.of(posix, fd, origin);
    }

    private InheritedSocket unix(Path path) throws HotRestartException {
        Fd fd = posix.socket(SocketFamily.UNIX, SocketType.STREAM, false);
        posix.bind(fd, new SocketAddress.UnixPath(path.toString()));
        posix.listen(fd, 8);
        return InheritedSocket.of(posix, fd, path.getFileName().toString());
    }

    private List<InheritedSocket> reusePort(int count) throws HotRestartException {
        List<InheritedSocket> sockets = new ArrayList<>();
        SocketAddress address = new SocketAddress.Inet(LOOPBACK, 0);
        for (int i = 0; i < count; i++) {
            Fd fd = posix.socket(SocketFamily.INET, SocketType.STREAM, false);
            posix.setSocketOption(fd, SocketOption.SO_REUSEPORT, 1);
            posix.bind(fd, address);
            sockets.add(InheritedSocket.of(posix, fd, "R" + i));
            address = sockets.getFirst().address();
        }
        return sockets;
    }

    private static ListenSpec spec(SocketAddress address, int worker, boolean reusePort) {
        return new ListenSpec(address, SocketType.STREAM, worker, reusePort, 16);
    }
}
