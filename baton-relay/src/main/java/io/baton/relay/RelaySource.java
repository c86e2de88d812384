package io.baton.relay;

import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import java.time.Duration;
import java.util.List;

/**
 * A relay's connections, for another process to take over: any of them, at any moment. Each call asks the loops in turn and returns what
 * the first one gives that has any, so that what was quiesced waits for no other loop.
 */
final class RelaySource implements ConnectionSource {
    private final Relay relay;
    private volatile Runnable wake = () -> {};
    private volatile boolean wanted;

    /** So that a connection which came back in one handover is offered in the next. */
    private long handover = 1;

    private int turn;

    RelaySource(Relay relay) {
        this.relay = relay;
    }

    @Override
    public ConnectionKind kind() {
        return Moves.KIND;
    }

    @Override
    public int movable() {
        return relay.activeConnections();
    }

    @Override
    public List<MigratableConnection> quiesce(BatchLimit limit, Duration patience) {
        wanted = true; // before the look: who comes after it wakes
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        List<EventLoop> loops = relay.loops();
        for (int asked = 0; asked < loops.size(); asked++) {
            EventLoop loop = loops.get(turn++ % loops.size());
            QuiesceRequest request = new QuiesceRequest(handover, limit);
            if (loop.offer(request)) {
                List<Departure> departures = request.await(deadlineNanos - System.nanoTime());
                if (!departures.isEmpty()) {
                    return List.copyOf(departures);
                }
            }
        }
        return List.of();
    }

    @Override
    public void onMovable(Runnable newWake) {
        wake = newWake;
    }

    @Override
    public void handoverEnded() {
        wanted = false;
        handover++;
    }

    /** There is a new connection. Any thread, never blocks. */
    void connectionCame() {
        if (wanted) {
            wake.run();
        }
    }
}
