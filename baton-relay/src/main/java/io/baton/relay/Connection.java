package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.posix.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two sockets, two flows and a few words. The object belongs to its slot and is reused; what distinguishes one use from the next
 * is the generation of its endpoints. Loop thread only.
 */
final class Connection {
    enum State {
        FREE,
        CONNECTING,
        RELAYING,
        /** Quiesced, and offered to another process: see {@link Moves}. */
        DEPARTING
    }

    final int slot;
    final Endpoint client = new Endpoint(this, EventTag.CLIENT);
    final Endpoint upstream = new Endpoint(this, EventTag.UPSTREAM);
    final Flow up = new Flow(client, upstream);
    final Flow down = new Flow(upstream, client);
    final TimerWheel.Timer timer = new TimerWheel.Timer(this);

    State state = State.FREE;

    /** The selector knows of it, and is still to hear of its end. */
    boolean atUpstream;

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

    /** Endpoints that did not accept; null while there are none, which is nearly always. */
    @Nullable
    List<SocketAddress> failed;

    /** The handover in which it was offered and came back, not to be offered in it again. */
    long keptInHandover;

    /** While {@link State#DEPARTING}, and what it was before. */
    @Nullable
    private Departure departure;

    private State before = State.FREE;

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
        failed = null;
        keptInHandover = 0;
        clientAddress = address;
        upstreamAddress = null;
        started = Instant.now();
        startedNanos = nowNanos;
        lastActivityNanos = nowNanos;
        up.reset();
        down.reset();
    }

    /** Keeps {@code endpoint} from being tried again, by whoever has the connection then. */
    void addFailed(SocketAddress endpoint) {
        List<SocketAddress> known = failed;
        if (known == null) {
            known = new ArrayList<>();
            failed = known;
        }
        known.add(endpoint);
    }

    boolean canMove() {
        return state == State.RELAYING || state == State.CONNECTING;
    }

    /** How many fds it has. */
    int fds() {
        int pipes = (up.pipe == null ? 0 : 1) + (down.pipe == null ? 0 : 1);
        return ConnectionSnapshot.SOCKETS + pipes * ConnectionSnapshot.ENDS_OF_A_PIPE;
    }

    void depart(Departure newDeparture) {
        departure = newDeparture;
        before = state;
        state = State.DEPARTING;
    }

    /** Undoes {@link #depart}; false when that is not, or no longer, what the connection is at. */
    boolean comeBack(Departure from) {
        if (departure != from) {
            return false;
        }
        departure = null;
        state = before;
        return true;
    }

    /** Makes whatever will be settled of it void; false when it was not on offer. */
    boolean abandonDeparture() {
        Departure abandoned = departure;
        if (abandoned == null) {
            return false;
        }
        departure = null;
        state = before;
        abandoned.pipeEnds.forEach(Fd::release);
        return true;
    }

    ConnectionSnapshot snapshot(long nowNanos) {
        SocketAddress endpoint = upstreamAddress;
        List<SocketAddress> known = failed;
        if (endpoint == null) {
            throw new IllegalStateException("connection %d has no upstream".formatted(id));
        }
        return new ConnectionSnapshot(
                id,
                route.listener(),
                state == State.RELAYING,
                clientAddress,
                endpoint,
                started,
                nowNanos - startedNanos,
                nowNanos - lastActivityNanos,
                connectDeadlineNanos - nowNanos,
                tries,
                known == null ? List.of() : known,
                FlowSnapshot.of(up),
                FlowSnapshot.of(down));
    }

    /** Becomes what another process knew of the connection. */
    void restore(ConnectionSnapshot snapshot, Route newRoute, long nowNanos) {
        begin(snapshot.id(), newRoute, snapshot.client(), nowNanos);
        state = snapshot.relaying() ? State.RELAYING : State.CONNECTING;
        tries = snapshot.tries();
        failed = snapshot.failed().isEmpty() ? null : new ArrayList<>(snapshot.failed());
        upstreamAddress = snapshot.upstream();
        started = snapshot.started();
        startedNanos = nowNanos - snapshot.ageNanos();
        lastActivityNanos = nowNanos - snapshot.idleNanos();
        connectDeadlineNanos = nowNanos + snapshot.connectLeftNanos();
        up.restore(snapshot.up());
        down.restore(snapshot.down());
        if (state == State.CONNECTING) {
            candidates = new UntriedCandidates(newRoute.upstreams(), snapshot.upstream(), snapshot.failed());
        }
    }
}
