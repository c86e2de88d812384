package io.baton.proxy;

import io.baton.HotRestartException;
import io.baton.ListenSpec;
import io.baton.ListenerSocket;
import io.baton.Listeners;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PosixException;
import io.baton.posix.SocketType;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener and its sockets, inherited or bound. The sockets belong to {@link Listeners}.
 *
 * @param own one per worker with reuse_port, else (or where that cannot be had) fewer that workers share
 * @param surplus of parent's workers that this process has no worker for; connections may wait in them
 */
record BoundListener(ListenerConfig config, List<ListenerSocket> own, List<ListenerSocket> surplus) {
    private static final Logger LOG = LoggerFactory.getLogger(BoundListener.class);

    BoundListener {
        own = List.copyOf(own);
        surplus = List.copyOf(surplus);
    }

    /**
     * Takes the sockets over from the parent, binds what it does not have.
     *
     * @throws HotRestartException when the parent does not answer as expected
     * @throws io.baton.posix.PosixException when a bind fails
     */
    static BoundListener bind(ListenerConfig config, Listeners listeners, ProxyOptions options)
            throws HotRestartException {
        int sockets = config.reusePort() ? options.concurrency() : 1;
        List<ListenerSocket> own = new ArrayList<>(sockets);
        for (int worker = 0; worker < sockets; worker++) {
            try {
                own.add(listeners.listen(spec(config, worker, options)));
            } catch (PosixException e) {
                if (!canShare(e, own)) {
                    throw e;
                }
                LOG.warn(
                        "listener {}: {} workers share {} inherited sockets, which were bound without SO_REUSEPORT",
                        config.name(),
                        options.concurrency(),
                        own.size());
                break;
            }
        }
        return new BoundListener(config, own, listeners.surplus(spec(config, 0, options)));
    }

    /** A socket that came down from a generation without reuse_port lets no second one bind beside it. */
    private static boolean canShare(PosixException e, List<ListenerSocket> own) {
        return e.errno() == Errno.EADDRINUSE && !own.isEmpty() && own.getFirst().inherited();
    }

    private static ListenSpec spec(ListenerConfig config, int worker, ProxyOptions options) {
        return new ListenSpec(config.address(), SocketType.STREAM, worker, config.reusePort(), options.backlog());
    }

    /** Lets clients queue on what was bound here. */
    void activate() {
        own.forEach(ListenerSocket::activate);
    }

    /** For each worker what it accepts from: its own socket or the shared one, and its share of the surplus. */
    List<List<Fd>> perWorker(int workers) {
        List<List<Fd>> sockets = new ArrayList<>(workers);
        for (int worker = 0; worker < workers; worker++) {
            List<Fd> mine = new ArrayList<>();
            mine.add(own.get(worker % own.size()).fd());
            for (int i = worker; i < surplus.size(); i += workers) {
                mine.add(surplus.get(i).fd());
            }
            sockets.add(mine);
        }
        return sockets;
    }

    ListenerStatus status() {
        return new ListenerStatus(config.name(), own.getFirst().boundAddress());
    }
}
