package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.net.InetAddress;

/** A listener that nobody outside this machine can reach, for a rehearsal. */
public final class LoopbackListener {
    private LoopbackListener() {}

    /**
     * Binds a free port of 127.0.0.1 and listens on it, non-blocking; the caller owns the fd.
     *
     * @throws PosixException when there is no port or no fd left
     */
    public static Fd open(Posix posix, int backlog) {
        Fd socket = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
        try {
            posix.bind(socket, new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 0));
            posix.listen(socket, backlog);
            return socket;
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }
}
