package io.baton.relay;

import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.util.List;

/** Takes connections of other processes' relays over, to each loop in turn. Refuses those that there is no listener or no room for. */
final class RelayRestorer implements ConnectionRestorer {
    private final Relay relay;
    private int turn;

    RelayRestorer(Relay relay) {
        this.relay = relay;
    }

    @Override
    public ConnectionKind kind() {
        return Moves.KIND;
    }

    @Override
    public boolean adopts(int version) {
        return ConnectionSnapshotCodec.reads(version);
    }

    @Override
    public RestoredConnection restore(Snapshot snapshot) throws RestoreException {
        ConnectionSnapshot connection = decode(snapshot);
        List<Route> routes = relay.routes(connection.listener());
        if (routes.isEmpty()) {
            throw new RestoreException("there is no TCP listener %s here".formatted(connection.listener()));
        }
        List<EventLoop> loops = relay.loops();
        int chosen = turn++ % loops.size();
        EventLoop loop = loops.get(chosen);
        if (loop.hasEnded()) {
            throw new RestoreException("the relay is closed, or its worker %d is".formatted(chosen));
        }
        if (!relay.tryTakeRoom()) {
            throw new RestoreException("the limit of %d connections is reached".formatted(relay.maxConnections()));
        }
        if (!loop.tryExpectPipes(connection.pipes())) {
            relay.giveRoom();
            throw new RestoreException(
                    "worker %d has the %d pipes it may adopt".formatted(chosen, loop.maxAdoptedPipes()));
        }
        return new Arrival(loop, routes.get(chosen), connection, snapshot.fds());
    }

    private static ConnectionSnapshot decode(Snapshot snapshot) throws RestoreException {
        try {
            ConnectionSnapshot connection = ConnectionSnapshotCodec.decode(snapshot.bytes());
            if (connection.fds() != snapshot.fds().size()) {
                throw new RestoreException("connection %d comes with %d fds, expected %d"
                        .formatted(connection.id(), snapshot.fds().size(), connection.fds()));
            }
            return connection;
        } catch (IllegalArgumentException e) {
            throw new RestoreException(e.getMessage() == null ? "a snapshot that makes no sense" : e.getMessage(), e);
        }
    }
}
