package io.baton.relay;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hashed wheel: arming, moving and removing a timer is O(1) and allocates nothing. It is lazy: activity does not touch the wheel.
 * A timer that fires looks at its owner's true deadline and arms itself again if that is later; deadlines beyond the
 * wheel's horizon (8.6 s) are met in several rounds the same way. Never early, late by less than a tick and the loop's delay.
 * Loop thread only.
 */
final class TimerWheel {
    static final long TICK_NANOS = 1L << 24; // 16.8 ms
    private static final int BUCKETS = 512;
    private static final int MASK = BUCKETS - 1;
    private static final long MILLI_NANOS = 1_000_000;

    private final Timer[] buckets = new Timer[BUCKETS];
    private final long[] occupied = new long[BUCKETS / Long.SIZE];
    private final long startNanos;
    private long tick;

    TimerWheel(long nowNanos) {
        startNanos = nowNanos;
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new Timer(null);
        }
    }

    /** Fires at {@code deadlineNanos}, or at the horizon when that is sooner. */
    void arm(Timer timer, long deadlineNanos) {
        cancel(timer);
        long wanted = Math.ceilDiv(deadlineNanos - startNanos, TICK_NANOS);
        long due = Math.max(tick + 1, Math.min(wanted, tick + MASK));
        int bucket = (int) due & MASK;
        timer.linkBefore(buckets[bucket]);
        timer.bucket = bucket;
        occupied[bucket >>> 6] |= 1L << bucket;
    }

    void cancel(Timer timer) {
        if (timer.bucket < 0) {
            return;
        }
        timer.unlink();
        clearIfEmpty(timer.bucket);
        timer.bucket = -1;
    }

    /** Fires what is due. The action may arm and cancel any timer. */
    void advance(long nowNanos, Consumer<Connection> onFire) {
        long target = Math.floorDiv(nowNanos - startNanos, TICK_NANOS);
        long rounds = Math.min(target - tick, BUCKETS);
        long first = target - rounds;
        for (long due = first + 1; due <= target; due++) {
            tick = due;
            fire((int) due & MASK, onFire);
        }
    }

    /** How long epoll may wait, in milliseconds rounded up; -1 when nothing is armed. */
    int timeoutMs(long nowNanos) {
        long distance = nextDistance();
        if (distance < 0) {
            return -1;
        }
        long dueNanos = startNanos + (tick + distance) * TICK_NANOS;
        return (int) Math.max(0, Math.ceilDiv(dueNanos - nowNanos, MILLI_NANOS));
    }

    private long nextDistance() {
        int from = (int) (tick + 1) & MASK;
        for (int scanned = 0; scanned < BUCKETS; ) {
            int bucket = (from + scanned) & MASK;
            long word = occupied[bucket >>> 6] >>> bucket;
            if (word != 0) {
                int found = scanned + Long.numberOfTrailingZeros(word);
                return found < BUCKETS ? found + 1 : -1;
            }
            scanned += Long.SIZE - (bucket & (Long.SIZE - 1));
        }
        return -1;
    }

    private void fire(int bucket, Consumer<Connection> onFire) {
        Timer head = buckets[bucket];
        // Re-armed timers land in later buckets (at most a whole round less one away), never in this one: the loop
        // ends.
        for (Timer timer = head.next; timer != head; timer = head.next) {
            cancel(timer);
            if (timer.owner != null) {
                onFire.accept(timer.owner);
            }
        }
    }

    private void clearIfEmpty(int bucket) {
        if (buckets[bucket].next == buckets[bucket]) {
            occupied[bucket >>> 6] &= ~(1L << bucket);
        }
    }

    /** A link of a bucket's ring. */
    static final class Timer {
        private final @Nullable Connection owner;
        private Timer previous = this;
        private Timer next = this;
        private int bucket = -1;

        Timer(@Nullable Connection owner) {
            this.owner = owner;
        }

        private void linkBefore(Timer head) {
            previous = head.previous;
            next = head;
            previous.next = this;
            head.previous = this;
        }

        private void unlink() {
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
        }
    }
}
