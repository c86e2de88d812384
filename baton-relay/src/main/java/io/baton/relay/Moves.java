package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections that leave one loop for another process, or come to it. What rests is in kernel objects: bytes on their way are in a pipe, and
 * end of stream and errors stay in the socket until someone asks, so a successor sees them. Loop thread only.
 */
final class Moves {
    static final ConnectionKind KIND = new ConnectionKind("relay", ConnectionSnapshotCodec.VERSION);

    private final EventLoop loop;
    private final Epoll epoll;
    private final LoopClock clock;
    private final TimerWheel wheel;
    private final RelayObserver observer;
    private final PipePool pipes;
    private final Connections connections;
    private final ConnectionTable table;
    private final ConnectionSnapshotCodec codec = new ConnectionSnapshotCodec();

    /** Of a connection without a byte for so long nobody is likely to notice a pause. */
    private static final long QUIET_NANOS = 1_000_000_000;

    /** A connection pauses until its whole batch has moved, and those before it. Larger ones are faster for all together. */
    private static final int BATCH_IN_USE = 16;

    /** Where the search for the next connection to give away goes on. */
    private int cursor;

    /** The handover in which all quiet connections have been given away. */
    private long quietAreGone;

    Moves(EventLoop loop, LoopParts parts, PipePool pipes, Connections connections) {
        this.loop = loop;
        this.epoll = parts.epoll();
        this.clock = parts.clock();
        this.wheel = parts.wheel();
        this.observer = parts.observer();
        this.pipes = pipes;
        this.connections = connections;
        this.table = connections.table();
    }

    /**
     * Lets go of some connections, all fds of which are out of epoll then: the quiet ones first, so that those in use move when both
     * processes have found their pace, and in smaller batches.
     *
     * @param handover its number: what was resumed in it stays
     * @return empty when it has none, or none that fits
     */
    List<Departure> quiesce(long handover, BatchLimit limit) {
        if (quietAreGone != handover) {
            List<Departure> quiet = quiesce(handover, limit, QUIET_NANOS);
            if (!quiet.isEmpty()) {
                return quiet;
            }
            quietAreGone = handover;
        }
        int most = Math.min(limit.connections(), BATCH_IN_USE);
        return quiesce(handover, new BatchLimit(most, limit.fds(), limit.bytes()), 0);
    }

    private List<Departure> quiesce(long handover, BatchLimit limit, long idleNanos) {
        List<Departure> departures = new ArrayList<>(Math.min(limit.connections(), table.used()));
        BatchLimit left = limit;
        int slots = table.used();
        for (int seen = 0; seen < slots && left.connections() > 0; seen++) {
            Connection connection = table.at(cursor < slots ? cursor : 0);
            cursor = cursor < slots - 1 ? cursor + 1 : 0;
            if (connection != null
                    && connection.canMove()
                    && connection.keptInHandover != handover
                    && clock.nowNanos() - connection.lastActivityNanos >= idleNanos) {
                connection.keptInHandover = handover; // for the case that it comes back
                byte[] bytes = codec.encode(connection.snapshot(clock.nowNanos()));
                int fds = connection.fds();
                if (left.admits(fds, bytes.length)) {
                    left = left.minus(fds, bytes.length);
                    departures.add(quiesce(connection, bytes));
                } else {
                    connection.keptInHandover = 0;
                }
            }
        }
        return departures;
    }

    private Departure quiesce(Connection connection, byte[] bytes) {
        epoll.forget(connection.client);
        epoll.forget(connection.upstream);
        wheel.cancel(connection.timer);
        List<Fd> pipeEnds = new ArrayList<>(0);
        List<Fd> fds = new ArrayList<>(ConnectionSnapshot.MAX_FDS);
        addSocket(fds, connection.client);
        if (connection.upstream.fd != null) {
            addSocket(fds, connection.upstream);
        }
        addPipe(pipeEnds, connection.up.pipe);
        addPipe(pipeEnds, connection.down.pipe);
        fds.addAll(pipeEnds);
        Departure departure = new Departure(loop, connection, pipeEnds, new Snapshot(KIND, bytes, fds));
        connection.depart(departure);
        return departure;
    }

    private static void addSocket(List<Fd> fds, Endpoint endpoint) {
        Fd socket = endpoint.fd;
        if (socket == null) {
            throw new IllegalStateException("slot %d has no %s".formatted(endpoint.connection.slot, endpoint.tag));
        }
        fds.add(socket);
    }

    private static void addPipe(List<Fd> fds, @Nullable Pipe pipe) {
        if (pipe != null) {
            fds.add(Fd.own(pipe.readEnd()));
            fds.add(Fd.own(pipe.writeEnd()));
        }
    }

    void perform(Move move) {
        switch (move) {
            case Move.Resume(Departure departure) -> resume(departure);
            case Move.Release(Departure departure) -> release(departure);
            case Move.Admit(Arrival arrival) -> admit(arrival);
        }
    }

    private void resume(Departure departure) {
        Connection connection = departure.connection;
        if (takeBack(departure)) {
            goOn(connection);
        }
    }

    private void release(Departure departure) {
        Connection connection = departure.connection;
        if (takeBack(departure)) {
            connections.moved(connection);
        }
    }

    /** Makes the connection as it was before it was quiesced; false when the loop has cut it since. */
    private static boolean takeBack(Departure departure) {
        if (!departure.connection.comeBack(departure)) {
            return false;
        }
        departure.pipeEnds.forEach(Fd::release); // the pool's again
        return true;
    }

    /** Waits for what the connection waits for. Level-triggered: what came meanwhile is told at once. */
    private void goOn(Connection connection) {
        try {
            connections.goOn(connection);
        } catch (RuntimeException e) {
            connections.fail(connection, e);
        }
    }

    private void admit(Arrival arrival) {
        ConnectionSnapshot snapshot = arrival.snapshot();
        Connection connection = table.allocate();
        connection.restore(snapshot, arrival.route(), clock.nowNanos());
        List<Fd> fds = arrival.fds();
        connection.client.open(fds.get(0));
        int sockets = snapshot.sockets();
        if (sockets > 1) {
            connection.upstream.open(fds.get(1));
        }
        arrival.route().counters().movedIn.add(1);
        try {
            observer.connectionRestored(snapshot.listener());
            connection.restoreTarget(snapshot);
            attach(connection, snapshot, fds);
            connections.goOn(connection);
        } catch (RuntimeException e) {
            connections.fail(connection, e);
        } finally {
            fds.subList(sockets, fds.size()).forEach(Fd::close); // what the pool has not taken
        }
    }

    private void attach(Connection connection, ConnectionSnapshot snapshot, List<Fd> fds) {
        int next = snapshot.sockets();
        if (snapshot.up().hasPipe()) {
            attach(connection.up, snapshot.up(), fds.get(next), fds.get(next + 1));
            next += ConnectionSnapshot.ENDS_OF_A_PIPE;
        }
        if (snapshot.down().hasPipe()) {
            attach(connection.down, snapshot.down(), fds.get(next), fds.get(next + 1));
        }
    }

    private void attach(Flow flow, FlowSnapshot snapshot, Fd readEnd, Fd writeEnd) {
        flow.pipe = pipes.adopt(readEnd, writeEnd);
        flow.bytesInPipe = snapshot.bytesInPipe();
    }
}
