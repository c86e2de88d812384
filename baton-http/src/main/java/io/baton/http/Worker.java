package io.baton.http;

import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One event loop, and what its connections share. Event loop only, but for {@link #loop}. */
final class Worker {
    private final EventLoop loop;
    private final Shared shared;
    private final DeadlineWheel deadlines;
    private final UpstreamPool pool;
    private final Set<ClientConnection> clients = new HashSet<>();
    private final Moves moves;

    Worker(EventLoop loop, Shared shared) {
        this.loop = loop;
        this.shared = shared;
        this.deadlines = new DeadlineWheel(loop);
        this.pool = new UpstreamPool(deadlines);
        this.moves = new Moves(this);
    }

    EventLoop loop() {
        return loop;
    }

    Shared shared() {
        return shared;
    }

    DeadlineWheel deadlines() {
        return deadlines;
    }

    UpstreamPool pool() {
        return pool;
    }

    Moves moves() {
        return moves;
    }

    Set<ClientConnection> clients() {
        return clients;
    }

    void opened(ClientConnection client) {
        clients.add(client);
        moves.opened(client);
    }

    void closed(ClientConnection client) {
        clients.remove(client);
    }

    /** Cuts every connection. */
    void cut() {
        List.copyOf(clients).forEach(ClientConnection::cut);
        pool.closeAll();
    }
}
