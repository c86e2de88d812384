package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionSnapshot.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two sockets, two flows and a few words. The object belongs to its slot and is reused; what distinguishes one use from the next
 * is the generation of its endpoints. Loop thread only.
 */
final class Connection {
    enum State {
        FREE,
        /** Its client has not said enough to know where it goes: see {@link FirstLook}. */
        ROUTING,
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
    /** Where it goes; {@link Target#NONE} while {@link State#ROUTING}. */
    Target target = Target.NONE;

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
        state = State.ROUTING;
        id = newId;
        route = newRoute;
        target = Target.NONE;
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

    /** Is decided. */
    void goTo(Target newTarget) {
        state = State.CONNECTING;
        target = newTarget;
        candidates = newTarget.upstreams().candidates();
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
        return state == State.RELAYING || state == State.CONNECTING || state == State.ROUTING;
    }

    /** How many fds it has. */
    int fds() {
        int sockets = (client.fd == null ? 0 : 1) + (upstream.fd == null ? 0 : 1);
        int pipes = (up.pipe == null ? 0 : 1) + (down.pipe == null ? 0 : 1);
        return sockets + pipes * ConnectionSnapshot.ENDS_OF_A_PIPE;
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
        List<SocketAddress> known = failed;
        return new ConnectionSnapshot(
                id,
                route.listener(),
                stage(),
                target.name(),
                clientAddress,
                upstreamAddress,
                started,
                nowNanos - startedNanos,
                nowNanos - lastActivityNanos,
                connectDeadlineNanos - nowNanos,
                tries,
                known == null ? List.of() : known,
                FlowSnapshot.of(up),
                FlowSnapshot.of(down));
    }

    private Stage stage() {
        return switch (state) {
            case ROUTING -> Stage.ROUTING;
            case CONNECTING -> Stage.CONNECTING;
            case RELAYING -> Stage.RELAYING;
            case FREE, DEPARTING -> throw new IllegalStateException("connection %d is %s".formatted(id, state));
        };
    }

    /** Becomes what another process knew of the connection, but for where it goes. */
    void restore(ConnectionSnapshot snapshot, Route newRoute, long nowNanos) {
        begin(snapshot.id(), newRoute, snapshot.client(), nowNanos);
        tries = snapshot.tries();
        failed = snapshot.failed().isEmpty() ? null : new ArrayList<>(snapshot.failed());
        upstreamAddress = snapshot.upstream();
        started = snapshot.started();
        startedNanos = nowNanos - snapshot.ageNanos();
        lastActivityNanos = nowNanos - snapshot.idleNanos();
        connectDeadlineNanos = nowNanos + snapshot.connectLeftNanos();
        up.restore(snapshot.up());
        down.restore(snapshot.down());
    }

    /** Goes on where it went to there; if that was not decided yet, its client is looked at anew. */
    void restoreTarget(ConnectionSnapshot snapshot) {
        SocketAddress current = snapshot.upstream();
        if (current == null) {
            return;
        }
        target = route.target(snapshot.destination());
        if (snapshot.stage() == Stage.RELAYING) {
            state = State.RELAYING;
        } else {
            state = State.CONNECTING;
            candidates = new UntriedCandidates(target.upstreams(), current, snapshot.failed());
        }
    }

    ConnectionReport report(ConnectionOutcome outcome, long nowNanos) {
        return new ConnectionReport(
                id,
                route.listener(),
                clientAddress,
                target.name().isEmpty() ? Optional.empty() : Optional.of(target.name()),
                Optional.ofNullable(upstreamAddress),
                started,
                Duration.ofNanos(nowNanos - startedNanos),
                up.bytesDelivered,
                down.bytesDelivered,
                outcome);
    }
}
