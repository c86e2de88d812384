package io.baton;

import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the connections to an address come to the first of several sockets that listen there by SO_REUSEPORT: what waits in a queue that
 * is closed is reset, so nothing must wait in those that nobody else has. For one thread at a time; borrows the sockets.
 */
final class ReusePortSteering {
    private static final Logger LOG = LoggerFactory.getLogger(ReusePortSteering.class);

    private final Posix posix;
    private final List<ListenerSocket> chosen = new ArrayList<>();

    ReusePortSteering(Posix posix) {
        this.posix = posix;
    }

    /** The first at each address: in the order of the list those bound here, and a Baton parent's, began to listen. */
    static List<ListenerSocket> firstOfEach(List<ListenerSocket> sockets) {
        Map<SocketAddress, ListenerSocket> first = new LinkedHashMap<>();
        sockets.forEach(socket -> first.putIfAbsent(socket.boundAddress(), socket));
        return List.copyOf(first.values());
    }

    /** Returns whether there is any address with several sockets. */
    boolean begin(List<ListenerSocket> sockets) {
        for (ListenerSocket first : firstOfEach(sockets)) {
            boolean shared = sockets.stream()
                    .anyMatch(other -> other != first && other.boundAddress().equals(first.boundAddress()));
            if (shared) {
                try {
                    posix.directReusePort(first.fd(), 0);
                    chosen.add(first);
                } catch (PosixException e) {
                    LOG.warn("connections to {} may be lost: {}", first.spec().url(), e.getMessage());
                }
            }
        }
        return !chosen.isEmpty();
    }

    boolean hasChosen(ListenerSocket socket) {
        return chosen.contains(socket);
    }

    /** To be called when the others are closed: whoever has the chosen ones may add sockets of his own. */
    void end() {
        for (ListenerSocket socket : chosen) {
            try {
                posix.spreadReusePort(socket.fd());
            } catch (PosixException e) {
                LOG.warn(
                        "{} gets all connections to its address: {}",
                        socket.spec().url(),
                        e.getMessage());
            }
        }
        chosen.clear();
    }
}
