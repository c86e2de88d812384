package io.baton.netty;

import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.util.concurrent.RejectedExecutionException;

/**
 * A quiesced channel on its way to another process. Its loop does what was settled; if that has ended, it has closed the channel.
 *
 * @param handover in which it was quiesced
 */
record ChannelDeparture(
        LoopChannels loop,
        TrackedChannel tracked,
        DetachedChannel detached,
        long handover,
        Snapshot snapshot,
        long quiescedNanos)
        implements MigratableConnection {

    @Override
    public long id() {
        return tracked.id();
    }

    @Override
    public void resume() {
        settle(() -> loop.resume(this));
    }

    @Override
    public void released() {
        settle(() -> loop.release(this));
    }

    private void settle(Runnable how) {
        try {
            loop.loop().execute(how);
        } catch (RejectedExecutionException e) {
            // nothing is left to settle
        }
    }
}
