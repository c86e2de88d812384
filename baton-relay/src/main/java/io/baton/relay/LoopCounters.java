package io.baton.relay;

import java.util.concurrent.atomic.AtomicLong;

/** A listener's numbers on one loop. Each has a single writer, the loop, so counting needs no atomic read-modify-write. */
final class LoopCounters {
    final Count connections = new Count();
    final Count closed = new Count();
    final Count bytesUp = new Count();
    final Count bytesDown = new Count();
    final Count upstreamConnections = new Count();
    final Count connectFailures = new Count();

    /** Any thread. */
    ListenerNumbers read() {
        long ended = closed.read(); // before the total, or active could be negative
        long total = connections.read();
        return new ListenerNumbers(
                total,
                total - ended,
                bytesUp.read(),
                bytesDown.read(),
                upstreamConnections.read(),
                connectFailures.read());
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
