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
    private final HeadWriter out = new HeadWriter();
    private final ParsedRequest request = new ParsedRequest();
    private final ParsedResponse response = new ParsedResponse();
    private final RequestWriter requestWriter = new RequestWriter(out);
    private final ResponseWriter responseWriter = new ResponseWriter(out);
    private final Set<ClientConnection> clients = new HashSet<>();
    private byte[] scratch = new byte[8192];

    Worker(EventLoop loop, Shared shared) {
        this.loop = loop;
        this.shared = shared;
        this.deadlines = new DeadlineWheel(loop);
        this.pool = new UpstreamPool(deadlines);
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

    HeadWriter out() {
        return out;
    }

    /** The one at hand; good until the next head is parsed. */
    ParsedRequest request() {
        return request;
    }

    /** The one at hand; good until the next head is parsed. */
    ParsedResponse response() {
        return response;
    }

    RequestWriter requestWriter() {
        return requestWriter;
    }

    ResponseWriter responseWriter() {
        return responseWriter;
    }

    /** For a head while it is parsed. */
    byte[] scratch(int atLeast) {
        if (scratch.length < atLeast) {
            scratch = new byte[Math.max(atLeast, 2 * scratch.length)];
        }
        return scratch;
    }

    void opened(ClientConnection client) {
        clients.add(client);
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
