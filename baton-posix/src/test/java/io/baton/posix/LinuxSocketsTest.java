package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.SocketAddress.Inet;
import io.baton.posix.SocketAddress.UnixAbstract;
import io.baton.posix.SocketAddress.UnixPath;
import io.baton.posix.SocketAddress.UnixUnnamed;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxSocketsTest {
    private final Posix posix = Posix.linux();

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void connectsOverTcp(String host) {
        InetAddress loopback = InetAddress.ofLiteral(host);
        SocketFamily family = loopback.getAddress().length == 4 ? SocketFamily.INET : SocketFamily.INET6;
        try (Fd listener = posix.socket(family, SocketType.STREAM, true);
                Fd client = posix.socket(family, SocketType.STREAM, false)) {
            posix.bind(listener, new Inet(loopback, 0));
            posix.listen(listener, 16);
            SocketAddress address = posix.localAddress(listener);

            assertThat(posix.connect(client, address)).isTrue();

            try (Fd accepted = Fd.own(posix.accept(listener.number()))) {
                assertThat(posix.peerAddress(client)).isEqualTo(address);
                assertThat(posix.peerAddress(accepted)).isEqualTo(posix.localAddress(client));
                assertThat(posix.socketOption(accepted, SocketOption.SO_DOMAIN)).isEqualTo(family.code);
                assertThat(LinuxFiles.descriptorFlags(accepted.number()))
                        .as("close-on-exec")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void aNonBlockingConnectIsUnderWayUntilItIsRefused() {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        try (Fd bound = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
                Fd client = posix.socket(SocketFamily.INET, SocketType.STREAM, true)) {
            posix.bind(bound, new Inet(loopback, 0));

            assertThat(posix.connect(client, posix.localAddress(bound))).isFalse();

            assertThat(posix.awaitReadable(List.of(client), Waits.LONG).get(0)).isTrue();
            assertThat(Errno.of(posix.takeSocketError(client.number()))).isEqualTo(Errno.ECONNREFUSED);
            assertThat(posix.takeSocketError(client.number())).isZero();
        }
    }

    @Test
    void optionsAreSetAndRead() {
        try (Fd socket = posix.socket(SocketFamily.INET, SocketType.STREAM, true)) {
            for (SocketOption option :
                    List.of(SocketOption.SO_REUSEADDR, SocketOption.SO_REUSEPORT, SocketOption.TCP_NODELAY)) {
                assertThat(posix.socketOption(socket, option)).as("%s", option).isZero();
                posix.setSocketOption(socket, option, 1);
                assertThat(posix.socketOption(socket, option)).as("%s", option).isOne();
            }
            assertThat(posix.socketOption(socket, SocketOption.SO_TYPE)).isEqualTo(SocketType.STREAM.code);
            assertThatThrownBy(() -> posix.setSocketOption(socket, SocketOption.SO_DOMAIN, 1))
                    .isInstanceOf(PosixException.class)
                    .hasMessage(
                            "setsockopt(fd=%d, option=SO_DOMAIN, value=1) failed: ENOPROTOOPT (Protocol not available)",
                            socket.number());
        }
    }

    @Test
    void aLingerOfZeroMakesCloseAReset() {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        try (Fd listener = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
                Fd client = posix.socket(SocketFamily.INET, SocketType.STREAM, false)) {
            posix.bind(listener, new Inet(loopback, 0));
            posix.listen(listener, 1);
            posix.connect(client, posix.localAddress(listener));
            Fd accepted = Fd.own(posix.accept(listener.number()));
            posix.setLinger(accepted, true, 0);
            accepted.close();

            assertThat(posix.awaitReadable(List.of(client), Waits.LONG).get(0)).isTrue();
            assertThat(Errno.of(posix.takeSocketError(client.number()))).isEqualTo(Errno.ECONNRESET);
        }
    }

    @Test
    void anAbstractNameWithPaddingIsAnotherName() {
        String name = "baton-test-" + ThreadLocalRandom.current().nextLong();
        UnixAbstract padded = new UnixAbstract(name, true);
        UnixAbstract unpadded = new UnixAbstract(name, false);
        try (Fd one = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
                Fd other = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
                Fd third = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            posix.bind(one, padded);
            posix.bind(other, unpadded);

            assertThat(posix.localAddress(one)).isEqualTo(padded);
            assertThat(posix.localAddress(other)).isEqualTo(unpadded);
            assertThatThrownBy(() -> posix.bind(third, padded))
                    .isInstanceOf(PosixException.class)
                    .hasMessage(
                            "bind(fd=%d, address=@%s) failed: EADDRINUSE (Address already in use)",
                            third.number(), name);
        }
    }

    @ParameterizedTest
    @CsvSource({"384, rw-------", "448, rwx------", "256, r--------"})
    void aModeSetBeforeBindIsTheModeOfThePath(int mode, String permissions, @TempDir Path directory)
            throws IOException {
        Path path = directory.resolve("socket");
        try (Fd socket = posix.socket(SocketFamily.UNIX, SocketType.STREAM, true)) {
            posix.setMode(socket, mode);

            posix.bind(socket, new UnixPath(path.toString()));

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo(permissions);
            assertThat(posix.localAddress(socket)).isEqualTo(new UnixPath(path.toString()));
        }
    }

    @Test
    void thePeerOfAPairIsThisProcessWithoutAName() {
        try (FdPair pair = posix.socketPair(SocketType.SEQPACKET)) {
            PeerCredentials peer = posix.peerCredentials(pair.first());

            assertThat(peer.pid()).isEqualTo(posix.pid());
            assertThat(peer.uid()).isEqualTo(posix.effectiveUserId());
            assertThat(posix.peerAddress(pair.first())).isEqualTo(new UnixUnnamed());
        }
    }

    @Test
    void failuresReadLikeStrace() {
        Fd notOpen = Fd.own(9_999);

        assertThatThrownBy(() -> posix.listen(notOpen, 128))
                .isInstanceOf(PosixException.class)
                .hasMessage("listen(fd=9999, backlog=128) failed: EBADF (Bad file descriptor)");
        assertThatThrownBy(() -> posix.peerCredentials(notOpen))
                .hasMessage("getsockopt(fd=9999, option=SO_PEERCRED) failed: EBADF (Bad file descriptor)");
        assertThatThrownBy(() -> posix.connect(notOpen, new UnixPath("/nowhere")))
                .hasMessage("connect(fd=9999, address=/nowhere) failed: EBADF (Bad file descriptor)");
    }

    @Test
    void theAddressOfSomethingElseIsRefusedByItsFamily() {
        try (Fd notASocket = posix.eventFd()) {
            assertThatThrownBy(() -> posix.localAddress(notASocket))
                    .hasMessage(
                            "getsockname(fd=%d) failed: ENOTSOCK (Socket operation on non-socket)",
                            notASocket.number());
        }
    }

    @Test
    void anFdIsClosedOnce() {
        Fd first = posix.eventFd();
        int number = first.number();
        first.close();
        assertThat(posix.isOpen(number)).isFalse();
        try (Fd reused = posix.eventFd()) {
            first.close();

            assertThat(posix.isOpen(reused.number())).isTrue();
            assertThatThrownBy(first::number)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("fd %d is already closed", number);
        }
    }
}
