package io.baton.posix;

import java.time.Duration;

/** The end of a wait, on the monotonic clock. */
record Deadline(long atNanos) {

    /** So far off that nobody lives to see it, and still without overflow. */
    private static final Duration LONGEST = Duration.ofDays(365);

    /** A negative timeout is over at once. */
    static Deadline after(Duration timeout) {
        Duration bounded = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
        return new Deadline(System.nanoTime() + (bounded.isNegative() ? 0 : bounded.toNanos()));
    }

    boolean isOver() {
        return remainingNanos() == 0;
    }

    long remainingNanos() {
        return Math.max(0, atNanos - System.nanoTime());
    }

    /** What is left but no more than {@code limit}, rounded up so that a wait of that length does not end early. */
    int remainingMs(Duration limit) {
        long nanos = Math.min(remainingNanos(), limit.toNanos());
        return Math.toIntExact(Duration.ofNanos(nanos).plusNanos(999_999).toMillis());
    }
}
