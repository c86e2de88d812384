package io.baton.http;

import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/** A quiesced connection on its way to another process. Its loop does what was settled; if that has ended, nothing is left to do. */
final class Departure implements MigratableConnection {
    final ClientConnection connection;
    final Detachment client;
    final Optional<Detachment> upstream;

    /** What was left of its deadline. */
    final long deadlineLeftNanos;

    private final Worker worker;
    private final long id;
    private final Snapshot snapshot;
    private final long quiescedNanos;

    Departure(
            Worker worker,
            ClientConnection connection,
            Detachment client,
            Optional<Detachment> upstream,
            long deadlineLeftNanos,
            Snapshot snapshot,
            long quiescedNanos) {
        this.worker = worker;
        this.connection = connection;
        this.client = client;
        this.upstream = upstream;
        this.deadlineLeftNanos = deadlineLeftNanos;
        this.id = connection.id();
        this.snapshot = snapshot;
        this.quiescedNanos = quiescedNanos;
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

    /** It is settled, and nobody looks at the snapshot again: there may be keys in it. */
    void forget() {
        Arrays.fill(snapshot.bytes(), (byte) 0);
    }

    @Override
    public void resume() {
        tell(() -> worker.moves().resume(this));
    }

    @Override
    public void released() {
        tell(() -> worker.moves().release(this));
    }

    private void tell(Runnable settled) {
        try {
            worker.loop().execute(settled);
        } catch (RejectedExecutionException e) {
            // the loop has closed its channels
        }
    }
}
