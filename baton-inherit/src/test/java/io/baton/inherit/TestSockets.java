package io.baton.inherit;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.net.InetAddress;
import java.nio.file.Path;

/** Sockets as another process would leave them: open across an exec. The caller owns each. */
final class TestSockets {
    private static final Posix POSIX = Posix.linux();
    private static final SocketAddress ANY_PORT = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0);

    private TestSockets() {}

    static Fd tcp() {
        Fd socket = bound(SocketFamily.INET, SocketType.STREAM, ANY_PORT);
        POSIX.listen(socket, 8);
        return socket;
    }

    static Fd udp() {
        return bound(SocketFamily.INET, SocketType.DATAGRAM, ANY_PORT);
    }

    static Fd unix(Path path) {
        Fd socket = bound(SocketFamily.UNIX, SocketType.STREAM, new SocketAddress.UnixPath(path.toString()));
        POSIX.listen(socket, 8);
        return socket;
    }

    static Fd unbound() {
        Fd socket = POSIX.socket(SocketFamily.INET, SocketType.STREAM, false);
        POSIX.setCloseOnExec(socket, false);
        return socket;
    }

    /** Connected to {@code listener}. */
    static Fd connected(Fd listener) {
        Fd socket = unbound();
        POSIX.connect(socket, POSIX.localAddress(listener));
        return socket;
    }

    private static Fd bound(SocketFamily family, SocketType type, SocketAddress address) {
        Fd socket = POSIX.socket(family, type, false);
        POSIX.setCloseOnExec(socket, false);
        POSIX.bind(socket, address);
        return socket;
    }
}
