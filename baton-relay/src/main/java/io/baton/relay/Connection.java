package io.baton.relay;

import io.baton.posix.SocketAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Two sockets, two flows and a few words. The object belongs to its slot and is reused; what distinguishes one use from the next
 * is the generation of its endpoints. Loop thread only.
 */
final class Connection {
    enum State {
        FREE,
        CONNECTING,
        RELAYING
    }

    final int slot;
    final Endpoint client = new Endpoint(this, EventTag.CLIENT);
    final Endpoint upstream = new Endpoint(this, EventTag.UPSTREAM);
    final Flow up = new Flow(client, upstream);
    final Flow down = new Flow(upstream, client);
    final TimerWheel.Timer timer = new TimerWheel.Timer(this);

    State state = State.FREE;
    long id;
    Route route = Route.NONE;
    Iterator<SocketAddress> candidates = Collections.emptyIterator();
    int tries;
    SocketAddress clientAddress = new SocketAddress.UnixUnnamed();

    @Nullable
    SocketAddress upstreamAddress;

    Instant started = Instant.EPOCH;
    long startedNanos;
    long connectDeadlineNanos;
    long lastActivityNanos;

    Connection(int slot) {
        this.slot = slot;
    }

    Endpoint endpoint(EventTag tag) {
        return tag == EventTag.CLIENT ? client : upstream;
    }

    /** The flow that {@code endpoint} is the source of. */
    Flow flowFrom(Endpoint endpoint) {
        return endpoint == client ? up : down;
    }

    /** The flow that {@code endpoint} is the destination of. */
    Flow flowTo(Endpoint endpoint) {
        return endpoint == client ? down : up;
    }

    void begin(long newId, Route newRoute, SocketAddress address, long nowNanos) {
        state = State.CONNECTING;
        id = newId;
        route = newRoute;
        candidates = Collections.emptyIterator();
        tries = 0;
        clientAddress = address;
        upstreamAddress = null;
        started = Instant.now();
        startedNanos = nowNanos;
        lastActivityNanos = nowNanos;
        up.reset();
        down.reset();
    }
}
