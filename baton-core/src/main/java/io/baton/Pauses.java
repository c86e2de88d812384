package io.baton;

import io.baton.MigrationReport.PauseCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long connections stood still, as a histogram of steps of one part in sixteen: 37 powers of two cover a minute and more, in
 * nanoseconds. Thread-safe.
 */
final class Pauses {
    private static final int STEPS = 16;
    private static final int STEP_BITS = 4;
    private static final int POWERS = 40;

    private final long[] counts = new long[STEPS * POWERS];
    private long total;
    private long maxNanos;

    synchronized void add(long nanos, int connections) {
        long pause = Math.max(0, nanos);
        counts[bin(pause)] += connections;
        total += connections;
        maxNanos = Math.max(maxNanos, connections == 0 ? 0 : pause);
    }

    private static int bin(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos); // 4 or more
        int step = (int) (nanos >> (power - STEP_BITS)) & (STEPS - 1);
        return Math.min((power - STEP_BITS + 1) * STEPS + step, STEPS * POWERS - 1);
    }

    /** The largest value of a bin. */
    private static long top(int bin) {
        if (bin < STEPS) {
            return bin;
        }
        int power = bin / STEPS - 1 + STEP_BITS;
        long width = 1L << (power - STEP_BITS);
        return (1L << power) + (bin % STEPS + 1) * width - 1;
    }

    /** Of all pauses, {@code share} (0 to 1) were no longer; right to one part in sixteen. Zero without any. */
    synchronized Duration quantile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int bin = 0; bin < counts.length && total > 0; bin++) {
            seen += counts[bin];
            if (seen >= wanted) {
                return Duration.ofNanos(Math.min(top(bin), maxNanos));
            }
        }
        return Duration.ZERO;
    }

    /** In steps of a power of two, without the empty ones. */
    synchronized List<PauseCount> counts() {
        List<PauseCount> found = new ArrayList<>();
        for (int first = 0; first < counts.length; first += STEPS) {
            long inPower = 0;
            for (int bin = first; bin < first + STEPS; bin++) {
                inPower += counts[bin];
            }
            if (inPower > 0) {
                found.add(new PauseCount(Duration.ofNanos(top(first + STEPS - 1)), inPower));
            }
        }
        return found;
    }

    synchronized Duration max() {
        return Duration.ofNanos(maxNanos);
    }

    synchronized long count() {
        return total;
    }
}
