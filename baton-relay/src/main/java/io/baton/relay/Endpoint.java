package io.baton.relay;

import io.baton.posix.Fd;
import org.jspecify.annotations.Nullable;

/** One socket of a connection, and what epoll was told about it. Reused with its connection. Loop thread only. */
final class Endpoint {
    final Connection connection;
    final EventTag tag;

    /** Counts the sockets this object stood for, so that an event of an earlier one is recognised. */
    int generation;

    @Nullable
    Fd fd;

    /** The number of {@link #fd}, -1 without. */
    int number = -1;

    boolean registered;
    int interest;

    /** EPOLLHUP was seen: it would be reported for ever, so the socket leaves epoll while nothing is wanted of it. */
    boolean hungUp;

    Endpoint(Connection connection, EventTag tag) {
        this.connection = connection;
        this.tag = tag;
    }

    void open(Fd socket) {
        fd = socket;
        number = socket.number();
        generation++;
        registered = false;
        interest = 0;
        hungUp = false;
    }

    /** Forgets the socket and returns it for closing; null when there was none. */
    @Nullable
    Fd detach() {
        Fd socket = fd;
        fd = null;
        number = -1;
        generation++;
        registered = false;
        return socket;
    }

    /** Out of epoll, and with an event of this socket that was fetched already not recognised any more. */
    void forgotten() {
        generation++;
        registered = false;
        hungUp = false; // the kernel says so again
    }

    long eventData() {
        return tag.eventData(connection.slot, generation);
    }
}
