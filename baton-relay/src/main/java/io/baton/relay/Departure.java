package io.baton.relay;

import io.baton.posix.Fd;
import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.util.List;

/**
 * A quiesced connection on its way to another process. The loop that has it does what was settled; if that loop has ended, nothing is
 * left to do.
 */
final class Departure implements MigratableConnection {
    final Connection connection;

    /** Ends of the pipes in use, owned by this while it lasts so that they can be sent. */
    final List<Fd> pipeEnds;

    private final EventLoop loop;
    private final long id;
    private final Snapshot snapshot;
    private final long quiescedNanos;

    Departure(EventLoop loop, Connection connection, List<Fd> pipeEnds, Snapshot snapshot) {
        this.loop = loop;
        this.connection = connection;
        this.pipeEnds = pipeEnds;
        this.id = connection.id;
        this.snapshot = snapshot;
        this.quiescedNanos = System.nanoTime();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Snapshot snapshot() {
        return snapshot;
    }

    @Override
    public long quiescedNanos() {
        return quiescedNanos;
    }

    @Override
    public void resume() {
        loop.post(new Move.Resume(this));
    }

    @Override
    public void released() {
        loop.post(new Move.Release(this));
    }
}
