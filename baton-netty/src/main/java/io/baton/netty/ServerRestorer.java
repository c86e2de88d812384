package io.baton.netty;

import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;

/** Takes channels of other processes over, to each loop in turn. Refuses those there is no listener for. */
final class ServerRestorer implements ConnectionRestorer {
    private final MigratableServer server;
    private int turn;

    ServerRestorer(MigratableServer server) {
        this.server = server;
    }

    @Override
    public ConnectionKind kind() {
        return server.state().kind();
    }

    @Override
    public boolean adopts(int version) {
        return server.state().reads(version);
    }

    @Override
    public RestoredConnection restore(Snapshot snapshot) throws RestoreException {
        ChannelSnapshot channel = decode(snapshot);
        if (snapshot.fds().size() != 1) {
            throw new RestoreException("a connection of kind %s comes with %d fds, expected 1"
                    .formatted(snapshot.kind(), snapshot.fds().size()));
        }
        ServedListener listener = server.listener(channel.listener())
                .orElseThrow(() -> new RestoreException("there is no listener %s here".formatted(channel.listener())));
        LoopChannels loop =
                server.loops().get(Math.floorMod(turn++, server.loops().size()));
        if (loop.loop().isShuttingDown()) {
            throw new RestoreException("the event loops have ended");
        }
        server.count().opened();
        return new ChannelArrival(
                loop,
                listener,
                server.count(),
                server.nextId(),
                new TrackedChannel.Arrived(channel, snapshot.kind().version()),
                snapshot.fds().getFirst());
    }

    private static ChannelSnapshot decode(Snapshot snapshot) throws RestoreException {
        try {
            return ChannelSnapshot.decode(snapshot.bytes());
        } catch (IllegalArgumentException e) {
            throw new RestoreException(String.valueOf(e.getMessage()), e);
        }
    }
}
