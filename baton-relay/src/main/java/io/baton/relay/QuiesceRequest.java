package io.baton.relay;

import io.baton.spi.BatchLimit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks one loop for connections to give away. Who asked may give up waiting: what comes after that goes on as before. */
final class QuiesceRequest {
    private final long handover;
    private final BatchLimit limit;
    private final CountDownLatch done = new CountDownLatch(1);
    private List<Departure> departures = List.of(); // guarded by this
    private boolean givenUp; // guarded by this

    QuiesceRequest(long handover, BatchLimit limit) {
        this.handover = handover;
        this.limit = limit;
    }

    /** On the loop. */
    synchronized void fulfil(Moves moves) {
        if (!givenUp) {
            departures = moves.quiesce(handover, limit);
        }
    }

    /** On the loop, or when it has ended. */
    void done() {
        done.countDown();
    }

    /** Waits for the loop; empty when it gave nothing, or the time was up. */
    List<Departure> await(long nanos) {
        try {
            var _ = done.await(nanos, TimeUnit.NANOSECONDS); // in time or not: what there is by then
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            givenUp = true;
            return departures;
        }
    }
}
