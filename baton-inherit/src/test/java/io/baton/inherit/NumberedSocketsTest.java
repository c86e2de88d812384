package io.baton.inherit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.InheritedSocket;
import io.baton.PathPolicy;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketType;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Numbers in the environment, and what lies there. */
class NumberedSocketsTest {
    private final Posix posix = Posix.linux();
    private Map<Integer, String> before;

    @BeforeEach
    void count() {
        posix.eventFd().close(); // what loads with the first call is there
        before = FdCount.open();
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(FdCount.open()).isEqualTo(before);
    }

    @Test
    void listeningSocketsAreTakenWithTheirAddressAndOrigin() throws Exception {
        int tcp = TestSockets.tcp().release();
        int udp = TestSockets.udp().release();
        try (Inherited inherited = nginx("%d;%d;".formatted(tcp, udp))) {
            assertThat(inherited.skipped()).isEmpty();
            assertThat(inherited.sockets())
                    .extracting(InheritedSocket::origin)
                    .containsExactly("NGINX=" + tcp, "NGINX=" + udp);
            assertThat(inherited.sockets())
                    .extracting(InheritedSocket::type)
                    .containsExactly(SocketType.STREAM, SocketType.DATAGRAM);
            assertThat(inherited.sockets())
                    .allMatch(socket -> socket.paths() == PathPolicy.LIKE_NGINX)
                    .allMatch(socket -> posix.isCloseOnExec(socket.fd().number()));
        }
    }

    @Test
    void whoeverTakesThemOverOwnsThem() throws Exception {
        int tcp = TestSockets.tcp().release();
        Inherited inherited = nginx(tcp + ";");
        List<InheritedSocket> released = inherited.release();
        inherited.close();
        assertThat(posix.isOpen(tcp)).isTrue();
        released.forEach(socket -> socket.fd().close());
    }

    @Test
    void aClosedFdIsSaidAndSkipped() throws Exception {
        Fd closed = TestSockets.tcp();
        int number = closed.number();
        closed.close();
        assertSkipped(number + ";", "NGINX=%d is not open, expected a listening socket".formatted(number));
    }

    @Test
    void whatIsNoListeningSocketIsSaidAndStaysOpen() throws Exception {
        try (Fd listener = TestSockets.tcp();
                Fd connected = TestSockets.connected(listener);
                Fd unbound = TestSockets.unbound();
                FdPair pair = posix.socketPair(SocketType.SEQPACKET);
                FdPair pipe = posix.pipe(0);
                Fd epoll = posix.epollCreate()) {
            List<Fd> all = List.of(connected, unbound, pair.first(), pipe.first(), epoll);
            all.forEach(fd -> posix.setCloseOnExec(fd, false));
            String list = all.stream().map(fd -> fd.number() + ";").collect(Collectors.joining());
            try (Inherited inherited = nginx(list)) {
                assertThat(inherited.sockets()).isEmpty();
                assertThat(inherited.skipped())
                        .containsExactly(
                                "NGINX=%d is a connection, expected a listening socket".formatted(connected.number()),
                                "NGINX=%d is not bound, expected a listening socket".formatted(unbound.number()),
                                "NGINX=%d is a socket of type 5, expected 1 (stream) or 2 (datagram)"
                                        .formatted(pair.first().number()),
                                "NGINX=%d is no socket, expected a listening one"
                                        .formatted(pipe.first().number()),
                                "NGINX=%d is no socket, expected a listening one".formatted(epoll.number()));
            }
            assertThat(all).allMatch(fd -> posix.isOpen(fd.number()));
        }
    }

    @Test
    void aSocketOfThisProcessIsNotMistakenForAnInheritedOne() throws Exception {
        try (Fd own = TestSockets.tcp()) {
            posix.setCloseOnExec(own, true);
            assertSkipped(
                    own.number() + ";",
                    "NGINX=%d was opened by this process itself, expected a socket from before its start"
                            .formatted(own.number()));
            assertThat(posix.isOpen(own.number())).isTrue();
        }
    }

    @Test
    void whatTheJvmHasOpenIsNeitherTakenNorClosed() throws Exception {
        String all = before.keySet().stream().map(number -> number + ";").collect(Collectors.joining());
        try (Inherited inherited = nginx(all)) {
            assertThat(inherited.sockets()).isEmpty();
            assertThat(inherited.skipped()).hasSameSizeAs(before.keySet());
        }
    }

    @Test
    void standardStreamsAreNoListeners() throws Exception {
        assertSkipped("0;", "NGINX=0 is standard input, output or error, expected an fd from 3");
    }

    @Test
    void aNumberThatComesTwiceIsTakenOnce() throws Exception {
        int tcp = TestSockets.tcp().release();
        try (Inherited inherited = nginx("%d;%d;".formatted(tcp, tcp))) {
            assertThat(inherited.sockets()).hasSize(1);
            assertThat(inherited.skipped()).containsExactly("NGINX=%d is named a second time".formatted(tcp));
        }
    }

    @Test
    void fourThousandClosedFdsAreAllSaid() throws Exception {
        String list = java.util.stream.IntStream.range(100_000, 104_096)
                .mapToObj(number -> number + ";")
                .collect(Collectors.joining());
        try (Inherited inherited = nginx(list)) {
            assertThat(inherited.sockets()).isEmpty();
            assertThat(inherited.skipped()).hasSize(4096);
        }
    }

    @Test
    void aFailureOnTheWayClosesWhatWasTaken() throws Exception {
        int first = TestSockets.tcp().release();
        int second = TestSockets.tcp().release();
        FaultyPosix faulty = new FaultyPosix(posix)
                .fail("setCloseOnExec", Errno.EIO, 1, arguments -> ((Fd) arguments.getFirst()).number() == second);
        assertThatThrownBy(() -> new Inheritance.Nginx("%d;%d;".formatted(first, second)).take(faulty.posix()))
                .isInstanceOf(PosixException.class);
        assertThat(posix.isOpen(first)).isFalse();
        Fd.own(second).close();
    }

    private void assertSkipped(String list, String line) throws InheritException {
        try (Inherited inherited = nginx(list)) {
            assertThat(inherited.sockets()).isEmpty();
            assertThat(inherited.skipped()).containsExactly(line);
        }
    }

    private Inherited nginx(String list) throws InheritException {
        return new Inheritance.Nginx(list).take(posix);
    }
}
