package io.baton.proxy;

import io.baton.HotRestartException;
import io.baton.ListenSpec;
import io.baton.ListenerSocket;
import io.baton.Listeners;
import io.baton.posix.Fd;
import io.baton.posix.SocketType;
import java.util.ArrayList;
import java.util.List;

/**
 * A listener and its sockets, inherited or bound. The sockets belong to {@link Listeners}.
 *
 * @param own one per worker with reuse_port, else one for all
 * @param surplus of parent's workers that this process has no worker for; connections may wait in them
 */
record BoundListener(ListenerConfig config, List<ListenerSocket> own, List<ListenerSocket> surplus) {
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
            own.add(listeners.listen(spec(config, worker, options)));
        }
        return new BoundListener(config, own, listeners.surplus(spec(config, 0, options)));
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
