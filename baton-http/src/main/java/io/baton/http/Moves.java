package io.baton.http;

import io.baton.http.Detachment.Belongings;
import io.baton.posix.Fd;
import io.baton.spi.BatchLimit;
import io.baton.spi.Snapshot;
import java.nio.BufferOverflowException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of one loop that leave for another process. What can move now is given at once; what has a request at hand is remembered
 * and moves behind its response: it then begins no next request for as long as it takes to be fetched. What takes long moves in its
 * middle. Event loop only.
 */
final class Moves {
    private static final Logger LOG = LoggerFactory.getLogger(Moves.class);

    /** One that is to be fetched and is not goes on: the other side takes no more at the moment. */
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A request that is younger is probably over sooner than it would have moved. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Worker worker;
    private final SnapshotCodec codec = new SnapshotCodec();

    /** Between requests, the first to be looked at. */
    private final ArrayDeque<ClientConnection> ready = new ArrayDeque<>();

    private final ArrayDeque<ClientConnection> rest = new ArrayDeque<>();

    /** Looked at, and not movable then. */
    private final List<ClientConnection> later = new ArrayList<>();

    private final List<ClientConnection> held = new ArrayList<>();

    /** The one at hand, or 0. */
    private long handover;

    /** So many would have been taken, had there been more. */
    private int wanted;

    private boolean lookingLater;
    private boolean releasing;

    Moves(Worker worker) {
        this.worker = worker;
    }

    /**
     * Lets go of some connections, all fds of which are out of epoll then.
     *
     * @param current number of the handover: what was resumed in it stays
     * @return empty when it has none that can move now, or none that fits
     */
    List<Departure> quiesce(long current, BatchLimit limit) {
        if (handover != current) {
            begin(current);
        }
        List<Departure> departures = new ArrayList<>();
        BatchLimit left = limit;
        boolean full = false;
        while (!full && left.connections() > 0) {
            ClientConnection next = ready.isEmpty() ? rest.poll() : ready.poll();
            if (next == null) {
                break;
            }
            next.move().queued = false;
            if (next.isOpen() && !next.move().hasDeparted() && next.move().keptInHandover != handover) {
                Optional<Departure> departure = tryQuiesce(next, left);
                if (departure.isPresent()) {
                    Snapshot snapshot = departure.get().snapshot();
                    left = left.minus(snapshot.fds().size(), snapshot.bytes().length);
                    departures.add(departure.get());
                } else if (!departures.isEmpty() && next.canMove(LONG_NANOS)) {
                    full = true; // it may fit the next batch
                    next.move().queued = true;
                    ready.addFirst(next);
                } else {
                    lookLater(next);
                }
            }
        }
        wanted = full ? 0 : left.connections();
        return departures;
    }

    /** Deregistering is cheapest from the highest fd down. */
    private void begin(long current) {
        end();
        handover = current;
        worker.clients().stream()
                .sorted(Comparator.comparingInt(ClientConnection::fdNumber).reversed())
                .forEach(client -> enqueue(rest, client));
    }

    private static void enqueue(ArrayDeque<ClientConnection> queue, ClientConnection client) {
        if (!client.move().queued) {
            client.move().queued = true;
            queue.add(client);
        }
    }

    private Optional<Departure> tryQuiesce(ClientConnection client, BatchLimit left) {
        if (!client.canMove(LONG_NANOS) || !left.admits(client.move().fds(), 0)) {
            client.move().thaw();
            return Optional.empty();
        }
        long quiescedNanos = System.nanoTime();
        client.move().freeze();
        Optional<Detachment> ours = Detachment.detach(client.channel());
        if (ours.isEmpty()) {
            client.move().thaw();
            return Optional.empty();
        }
        Optional<Detachment> upstream = client.move().upstream().flatMap(Detachment::detach);
        long deadlineLeftNanos = worker.deadlines().suspend(client.deadline());
        if (upstream.isPresent() == client.move().upstream().isPresent() && client.canMove(LONG_NANOS)) {
            Optional<byte[]> bytes = encode(client, ours.get(), upstream, deadlineLeftNanos);
            if (bytes.isPresent() && left.admits(client.move().fds(), bytes.get().length)) {
                List<Fd> fds = new ArrayList<>(2);
                fds.add(ours.get().fd());
                upstream.ifPresent(channel -> fds.add(channel.fd()));
                client.move().keptInHandover = handover; // for the case that it comes back
                client.move().depart();
                held.remove(client);
                return Optional.of(new Departure(
                        worker,
                        client,
                        ours.get(),
                        upstream,
                        deadlineLeftNanos,
                        new Snapshot(SnapshotCodec.KIND, bytes.get(), fds),
                        quiescedNanos));
            }
        }
        comeBack(client, ours.get(), upstream, deadlineLeftNanos);
        return Optional.empty();
    }

    private Optional<byte[]> encode(
            ClientConnection client, Detachment ours, Optional<Detachment> upstream, long deadlineLeftNanos) {
        Belongings own = Belongings.NONE;
        Belongings upstreams = Belongings.NONE;
        try {
            own = ours.belongings();
            upstreams = upstream.isPresent() ? upstream.get().belongings() : Belongings.NONE;
            return Optional.of(codec.encode(client.move().snapshot(deadlineLeftNanos, own, upstreams)));
        } catch (BufferOverflowException e) {
            return Optional.empty(); // more is unsent, and unread, than fits; it becomes less as the peers read
        } catch (RuntimeException e) {
            LOG.error("connection {} stays, it cannot be written down", client.id(), e);
            return Optional.empty();
        } finally {
            Arrays.fill(own.tls(), (byte) 0);
            Arrays.fill(upstreams.tls(), (byte) 0);
        }
    }

    private void comeBack(
            ClientConnection client, Detachment ours, Optional<Detachment> upstream, long deadlineLeftNanos) {
        ours.comeBack();
        upstream.ifPresent(Detachment::comeBack);
        if (client.isOpen()) {
            worker.deadlines().resume(client.deadline(), deadlineLeftNanos);
            client.move().comeBack();
        }
    }

    /** It was not taken. */
    void resume(Departure departure) {
        departure.forget();
        comeBack(departure.connection, departure.client, departure.upstream, departure.deadlineLeftNanos);
    }

    /** It has a new owner. */
    void release(Departure departure) {
        if (departure.connection.isOpen()) {
            departure.connection.moved();
        }
        departure.client.leave();
        departure.upstream.ifPresent(Detachment::leave);
        departure.forget();
    }

    // --- what becomes movable

    /** A connection was accepted, or came from another process. */
    void opened(ClientConnection client) {
        if (handover != 0) {
            enqueue(rest, client);
            if (wanted > 0) {
                worker.shared().source().wake();
            }
        }
    }

    /**
     * A response has gone out, and the next request has not been looked at.
     *
     * @return whether the connection is to begin none: it will be quiesced, or thawed
     */
    boolean holds(ClientConnection client) {
        if (handover == 0 || client.move().keptInHandover == handover) {
            return false;
        }
        enqueue(ready, client);
        if (wanted == 0) {
            return false;
        }
        wanted--;
        held.add(client);
        releaseLater();
        worker.shared().source().wake();
        return true;
    }

    private void releaseLater() {
        if (!releasing) {
            releasing = true;
            var _ = worker.loop().schedule(this::releaseHeld, HOLD_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void releaseHeld() {
        releasing = false;
        thawHeld();
        if (!held.isEmpty()) {
            releaseLater();
        }
    }

    /** Nobody has come for those that are still queued. */
    private void thawHeld() {
        List<ClientConnection> all = List.copyOf(held);
        held.clear();
        for (ClientConnection client : all) {
            if (client.isOpen() && client.move().queued) {
                wanted = 0;
                client.move().thaw(); // which may hold it again, behind its next request
            }
        }
    }

    private void lookLater(ClientConnection client) {
        if (!client.isOpen()) {
            return;
        }
        later.add(client);
        if (!lookingLater) {
            lookingLater = true;
            var _ = worker.loop().schedule(this::lookAgain, LONG_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void lookAgain() {
        lookingLater = false;
        boolean any = false;
        for (ClientConnection client : later) {
            if (client.isOpen() && !client.move().hasDeparted() && client.move().keptInHandover != handover) {
                enqueue(rest, client);
                any = true;
            }
        }
        later.clear();
        if (any) {
            worker.shared().source().wake();
        }
    }

    /** No more is asked for in this handover. */
    void end() {
        handover = 0;
        wanted = 0;
        thawHeld();
        ready.forEach(client -> client.move().queued = false);
        rest.forEach(client -> client.move().queued = false);
        ready.clear();
        rest.clear();
        later.clear();
    }
}
