package io.baton.relay;

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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands the connections of one relay to another of the same process, by the code and the system calls of a handover: one message per
 * batch through a socket pair, with all fds of the batch. One thread.
 */
final class RehearsalFerry implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int MAX_BYTES = 64 << 10;
    private static final BatchLimit BATCH = new BatchLimit(64, Posix.MAX_FDS_PER_MESSAGE, MAX_BYTES / 2);

    private final Posix posix;
    private final FdPair pair;

    RehearsalFerry(Posix posix) {
        this.posix = posix;
        this.pair = posix.socketPair(SocketType.SEQPACKET);
    }

    /** Moves what {@code from} has now, and says how many connections that were. */
    int move(Relay from, Relay to) {
        int moved = 0;
        List<MigratableConnection> batch = from.connectionSource().quiesce(BATCH, PATIENCE);
        while (!batch.isEmpty()) {
            move(batch, to);
            moved += batch.size();
            batch = from.connectionSource().quiesce(BATCH, PATIENCE);
        }
        from.connectionSource().handoverEnded();
        return moved;
    }

    private void move(List<MigratableConnection> batch, Relay to) {
        List<RestoredConnection> arrived = new ArrayList<>();
        boolean accepted = false;
        try {
            send(batch);
            receive(batch, to, arrived);
            accepted = true;
        } finally {
            for (RestoredConnection connection : arrived) {
                if (accepted) {
                    connection.activate();
                } else {
                    connection.discard();
                }
            }
            for (MigratableConnection connection : batch) {
                if (accepted) {
                    connection.released();
                } else {
                    connection.resume();
                }
            }
        }
    }

    private void send(List<MigratableConnection> batch) {
        ByteBuffer message = ByteBuffer.allocate(MAX_BYTES);
        List<Fd> fds = new ArrayList<>();
        for (MigratableConnection connection : batch) {
            byte[] bytes = connection.snapshot().bytes();
            message.putInt(bytes.length).put(bytes);
            fds.addAll(connection.snapshot().fds());
        }
        byte[] payload = new byte[message.position()];
        message.flip().get(payload);
        posix.sendMessage(pair.first(), payload, fds);
    }

    private void receive(List<MigratableConnection> batch, Relay to, List<RestoredConnection> arrived) {
        ReceivedMessage message = posix.receiveMessage(pair.second(), MAX_BYTES, Posix.MAX_FDS_PER_MESSAGE)
                .orElseThrow(() -> new IllegalStateException("a blocking socket pair had no message"));
        ByteBuffer in = ByteBuffer.wrap(message.payload());
        int nextFd = 0;
        try {
            for (MigratableConnection connection : batch) {
                byte[] bytes = new byte[in.getInt()];
                in.get(bytes);
                int end = nextFd + connection.snapshot().fds().size();
                Snapshot copy = new Snapshot(
                        connection.snapshot().kind(), bytes, message.fds().subList(nextFd, end));
                arrived.add(to.connectionRestorer().restore(copy));
                nextFd = end;
            }
        } catch (RestoreException e) {
            throw new IllegalStateException("a rehearsed connection was refused: " + e.getMessage(), e);
        } finally {
            message.fds().subList(nextFd, message.fds().size()).forEach(Fd::close);
        }
    }

    @Override
    public void close() {
        pair.close();
    }
}
