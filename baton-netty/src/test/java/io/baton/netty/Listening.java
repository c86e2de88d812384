package io.baton.netty;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.net.InetAddress;

/** Sockets as a parent, or the system, would hand them over. */
final class Listening {
    private static final Posix POSIX = Posix.linux();

    private Listening() {}

    static Fd at(SocketAddress address) {
        boolean inet = address instanceof SocketAddress.Inet;
        Fd socket = POSIX.socket(inet ? SocketFamily.INET : SocketFamily.UNIX, SocketType.STREAM, false);
        POSIX.bind(socket, address);
        POSIX.listen(socket, 16);
        return socket;
    }

    static Fd onLoopback() {
        return at(new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 0));
    }
}
