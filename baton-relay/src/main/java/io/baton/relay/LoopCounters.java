package io.baton.relay;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A listener's numbers on one loop. Each has a single writer, the loop, so counting needs no atomic read-modify-write. */
final class LoopCounters {
    final Count connections = new Count();
    final Count closed = new Count();
    final Count movedIn = new Count();
    final Count movedOut = new Count();
    final Count upstreamConnections = new Count();
    final Count connectFailures = new Count();

    /** Any thread. */
    ListenerNumbers read(Map<String, DestinationNumbers> destinations) {
        long left = movedOut.read(); // before what comes, or active could be negative
        long ended = closed.read();
        long came = movedIn.read();
        long total = connections.read();
        return new ListenerNumbers(
                total,
                total + came - ended - left,
                upstreamConnections.read(),
                connectFailures.read(),
                came,
                left,
                destinations);
    }

    static final class Count {
        private final AtomicLong value = new AtomicLong();

        void add(long delta) {
            value.setRelease(value.getPlain() + delta);
        }

        long read() {
            return value.getAcquire();
        }
    }
}
