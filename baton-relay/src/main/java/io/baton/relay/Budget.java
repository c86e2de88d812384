package io.baton.relay;

import io.baton.posix.Posix;
import io.baton.posix.ResourceLimit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections all loops together may have. Taken and given once per connection, so sharing it costs nothing to speak of.
 * Thread-safe.
 */
final class Budget {
    /** One fd in so many is kept for pipes; without a pipe the relay still works, only slower. */
    private static final int PIPE_SHARE = 32;

    private static final int FDS_PER_CONNECTION = 2;
    private static final int FDS_PER_PIPE = 2;

    private final int maxConnections;
    private final int maxPipes;
    private final Runnable onRoom;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    /** @param onRoom called by whoever makes room while a loop {@link #await waits} for it */
    Budget(int maxConnections, int maxPipes, Runnable onRoom) {
        this.maxConnections = maxConnections;
        this.maxPipes = maxPipes;
        this.onRoom = onRoom;
    }

    /** Raises the soft RLIMIT_NOFILE to the hard one, and divides it. */
    static Budget ofOpenFiles(Posix posix, RelayOptions options, Runnable onRoom) {
        ResourceLimit limit = posix.openFileLimit();
        if (limit.soft() < limit.hard()) {
            posix.setOpenFileSoftLimit(limit.hard());
        }
        long fds = Math.min(limit.hard(), 4L * ConnectionTable.MAX_SLOTS) - options.reservedFds();
        long pipeFds = fds / PIPE_SHARE;
        long connections = (fds - pipeFds) / FDS_PER_CONNECTION;
        if (connections < 1) {
            throw new IllegalStateException(
                    "RLIMIT_NOFILE is %d, expected more than the %d fds that reservedFds keeps for the rest of the process"
                            .formatted(limit.hard(), options.reservedFds()));
        }
        return new Budget(
                (int) Math.min(connections, options.maxConnections()),
                (int) Math.max(options.workers(), pipeFds / FDS_PER_PIPE),
                onRoom);
    }

    int maxConnections() {
        return maxConnections;
    }

    int maxPipes() {
        return maxPipes;
    }

    int active() {
        return active.get();
    }

    boolean tryTake() {
        if (active.incrementAndGet() <= maxConnections) {
            return true;
        }
        give();
        return false;
    }

    void give() {
        active.decrementAndGet();
        if (waiting.get() > 0) {
            onRoom.run();
        }
    }

    boolean hasRoom() {
        return active.get() < maxConnections;
    }

    /** From now on the caller's loop is woken when there is room. To be followed by a look at {@link #hasRoom}: it may have come just before. */
    void await() {
        waiting.incrementAndGet();
    }

    void endAwait() {
        waiting.decrementAndGet();
    }
}
