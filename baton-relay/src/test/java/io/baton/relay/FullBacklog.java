package io.baton.relay;

import static io.baton.relay.RelayFixture.loopback;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.util.ArrayList;
import java.util.List;

/** A listening socket whose accept queue is full: the kernel drops every further SYN. */
final class FullBacklog implements AutoCloseable {
    private final Posix posix = Posix.linux();
    private final Fd listener = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
    private final List<Fd> queued = new ArrayList<>();

    FullBacklog() {
        posix.bind(listener, loopback(0));
        posix.listen(listener, 0);
        for (int i = 0; i < 3; i++) {
            Fd filler = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
            queued.add(filler);
            try {
                posix.connect(filler, address());
            } catch (PosixException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Makes room: what is retried from now on is accepted. */
    Fd acceptLater() {
        posix.setNonBlocking(listener, false);
        queued.forEach(Fd::close);
        posix.listen(listener, 64);
        return listener;
    }

    SocketAddress address() {
        return loopback(((SocketAddress.Inet) posix.localAddress(listener)).port());
    }

    @Override
    public void close() {
        queued.forEach(Fd::close);
        listener.close();
    }
}
