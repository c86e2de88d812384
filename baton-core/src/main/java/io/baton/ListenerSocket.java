package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;

/** A bound socket that {@link Listeners} owns and can hand to the child. */
public final class ListenerSocket {
    private final Posix posix;
    private final Fd fd;
    private final ListenSpec spec;
    private final SocketAddress boundAddress;
    private final boolean inherited;
    private final PathPolicy paths;

    ListenerSocket(Posix posix, Fd fd, ListenSpec spec, boolean inherited, PathPolicy paths) {
        this.posix = posix;
        this.fd = fd;
        this.spec = spec;
        this.inherited = inherited;
        this.paths = paths;
        // A path may have been given another name since it was bound; clients come to the one in the spec.
        this.boundAddress = spec.address() instanceof SocketAddress.UnixPath path ? path : posix.localAddress(fd);
    }

    /** The socket, non-blocking. Borrowed: {@link Listeners} closes it, right after {@link ParentDuties#drainListeners} returned. */
    public Fd fd() {
        return fd;
    }

    public ListenSpec spec() {
        return spec;
    }

    /** Where it really is, when the spec said port 0. */
    public SocketAddress boundAddress() {
        return boundAddress;
    }

    /** {@link #boundAddress} as the protocols write it: {@code tcp://127.0.0.1:80}. */
    public String url() {
        return ListenUrl.format(boundAddress, spec.type());
    }

    /** True when the parent, or another before us, had it: connections may wait in its queue already. */
    public boolean inherited() {
        return inherited;
    }

    PathPolicy paths() {
        return paths;
    }

    /**
     * Lets clients queue: listen(2) on a stream socket bound here. Call it right before accepting, or those who come early wait for
     * nobody. Does nothing for an inherited or a datagram socket.
     */
    public void activate() {
        if (!inherited && spec.type() != io.baton.posix.SocketType.DATAGRAM) {
            posix.listen(fd, spec.backlog());
        }
    }
}
