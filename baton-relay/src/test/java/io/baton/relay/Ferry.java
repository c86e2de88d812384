package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketType;
import io.baton.spi.BatchLimit;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Carries connections from one relay to another through a real socket pair, as the handover channel does between processes. */
final class Ferry implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final BatchLimit BATCH = new BatchLimit(64, 253, 128 << 10);

    private final Posix posix = Posix.linux();
    private final FdPair pair = posix.socketPair(SocketType.SEQPACKET);

    /** What is done with the connections of a batch that is in neither relay's hands. */
    interface Between {
        Between NOTHING = () -> {};

        void happens() throws Exception;
    }

    /** A connection on both sides: on offer on the one, not yet accepted on the other. */
    record Crossing(MigratableConnection leaving, RestoredConnection arriving) {
        void accept() {
            arriving.activate();
            leaving.released();
        }

        void giveUp() {
            arriving.discard();
            leaving.resume();
        }
    }

    /** Moves all connections there are; how many. */
    int moveAll(Relay from, Relay to) throws Exception {
        return moveAll(from, to, Between.NOTHING);
    }

    int moveAll(Relay from, Relay to, Between between) throws Exception {
        int moved = 0;
        List<Crossing> batch = offer(from, to, BATCH);
        while (!batch.isEmpty()) {
            between.happens();
            batch.forEach(Crossing::accept);
            moved += batch.size();
            batch = offer(from, to, BATCH);
        }
        from.connectionSource().handoverEnded();
        return moved;
    }

    List<Crossing> offer(Relay from, Relay to, BatchLimit limit) throws RestoreException {
        List<Crossing> crossings = new ArrayList<>();
        for (MigratableConnection leaving : from.connectionSource().quiesce(limit, PATIENCE)) {
            crossings.add(new Crossing(leaving, to.connectionRestorer().restore(pass(leaving.snapshot()))));
        }
        return crossings;
    }

    /** The snapshot as another process would see it: the same bytes, and fds of its own. */
    Snapshot pass(Snapshot snapshot) {
        posix.sendMessage(pair.first(), snapshot.bytes(), snapshot.fds());
        ReceivedMessage message = posix.receiveMessage(
                        pair.second(), Snapshot.MAX_BYTES, snapshot.fds().size())
                .orElseThrow();
        assertThat(message.fds()).hasSameSizeAs(snapshot.fds());
        for (int i = 0; i < snapshot.fds().size(); i++) {
            Fd original = snapshot.fds().get(i);
            assertThat(message.fds().get(i).number()).isNotEqualTo(original.number());
        }
        return new Snapshot(snapshot.kind(), message.payload(), message.fds());
    }

    @Override
    public void close() {
        pair.close();
    }

    /** What one relay lets go of, at most {@code limit}. */
    static List<MigratableConnection> quiesce(RelayFixture fixture, BatchLimit limit) {
        return fixture.relay.connectionSource().quiesce(limit, PATIENCE);
    }
}
