package io.baton.http;

import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One event loop, and what its connections share. Event loop only, but for {@link #loop}. */
final class Worker {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final Shared shared;
    private final DeadlineWheel deadlines;
    private final UpstreamPool pool;
    private final Http2Pool http2Pool;
    private final Set<ClientConnection> clients = new HashSet<>();
    private final Set<Http2ClientConnection> http2Clients = new HashSet<>();
    private final Deadline draining = new Deadline(this::drain);
    private final Moves moves;

    Worker(EventLoop loop, Shared shared) {
        this.loop = loop;
        this.shared = shared;
        this.deadlines = new DeadlineWheel(loop);
        this.pool = new UpstreamPool(deadlines);
        this.http2Pool = new Http2Pool(this);
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

    Http2Pool http2Pool() {
        return http2Pool;
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

    void opened(Http2ClientConnection client) {
        http2Clients.add(client);
    }

    void closed(Http2ClientConnection client) {
        http2Clients.remove(client);
    }

    /**
     * The proxy drains: asks for every HTTP/2 connection whether it is to leave now, and again every second while it was not. What has
     * not spoken yet may turn out to be one.
     */
    void drain() {
        http2Clients.forEach(Http2ClientConnection::drain);
        deadlines.set(draining, DRAIN_NANOS);
    }

    /** Cuts every connection. */
    void cut() {
        List.copyOf(clients).forEach(ClientConnection::cut);
        List.copyOf(http2Clients).forEach(Http2ClientConnection::cut);
        deadlines.remove(draining);
        pool.closeAll();
        http2Pool.closeAll();
    }
}
