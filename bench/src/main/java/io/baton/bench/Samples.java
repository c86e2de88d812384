package io.baton.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Every successful answer of a run: when it was due and how long it took. Kept one by one (eight bytes each) so that any
 * window, such as the second after a restart, can be asked for afterwards. Immutable. Times are {@link System#nanoTime()}.
 */
public final class Samples {
    private final long startNanos;
    private final long endNanos;
    private final int[] dueMicros;
    private final int[] latencyMicros;

    /**
     * Takes both arrays over.
     *
     * @param dueMicros when each was due, in microseconds after {@code startNanos}
     * @param latencyMicros how long each took
     */
    Samples(long startNanos, long endNanos, int[] dueMicros, int[] latencyMicros) {
        if (dueMicros.length != latencyMicros.length) {
            throw new IllegalArgumentException(
                    "%d due times, but %d latencies".formatted(dueMicros.length, latencyMicros.length));
        }
        this.startNanos = startNanos;
        this.endNanos = endNanos;
        this.dueMicros = dueMicros;
        this.latencyMicros = latencyMicros;
    }

    public int count() {
        return dueMicros.length;
    }

    public long startNanos() {
        return startNanos;
    }

    public Latency latency() {
        return between(startNanos, Long.MAX_VALUE);
    }

    /** Latency of the requests that were due from {@code fromNanos} (inclusive) to {@code toNanos} (exclusive). */
    public Latency between(long fromNanos, long toNanos) {
        Histogram histogram = new Histogram(3);
        long from = microsAfterStart(fromNanos);
        long to = toNanos == Long.MAX_VALUE ? Long.MAX_VALUE : microsAfterStart(toNanos);
        for (int i = 0; i < dueMicros.length; i++) {
            if (dueMicros[i] >= from && dueMicros[i] < to) {
                histogram.recordValue(latencyMicros[i]);
            }
        }
        return Latency.of(histogram);
    }

    /** The longest time in which no answer completed, from the start of the load to its end. */
    public long worstGapMicros() {
        long[] completions = new long[dueMicros.length];
        for (int i = 0; i < completions.length; i++) {
            completions[i] = (long) dueMicros[i] + latencyMicros[i];
        }
        Arrays.sort(completions);
        long worst = 0;
        long last = 0;
        for (long completion : completions) {
            worst = Math.max(worst, completion - last);
            last = completion;
        }
        return Math.max(worst, microsAfterStart(endNanos) - last);
    }

    /** Worst latency among the requests that were due in each second of the run; 0 where none succeeded. */
    public List<Long> worstMicrosPerSecond() {
        long micros = Math.max(1, microsAfterStart(endNanos));
        long[] worst = new long[(int) ((micros + 999_999) / 1_000_000)];
        for (int i = 0; i < dueMicros.length; i++) {
            int second = Math.min(worst.length - 1, dueMicros[i] / 1_000_000);
            worst[second] = Math.max(worst[second], latencyMicros[i]);
        }
        List<Long> list = new ArrayList<>(worst.length);
        for (long micro : worst) {
            list.add(micro);
        }
        return List.copyOf(list);
    }

    /** Both together, on one time line. */
    public Samples plus(Samples other) {
        long start = Math.min(startNanos, other.startNanos);
        int[] due = Arrays.copyOf(dueMicros, dueMicros.length + other.dueMicros.length);
        int[] latency = Arrays.copyOf(latencyMicros, due.length);
        System.arraycopy(other.dueMicros, 0, due, dueMicros.length, other.dueMicros.length);
        System.arraycopy(other.latencyMicros, 0, latency, latencyMicros.length, other.latencyMicros.length);
        shift(due, 0, dueMicros.length, startNanos - start);
        shift(due, dueMicros.length, due.length, other.startNanos - start);
        return new Samples(start, Math.max(endNanos, other.endNanos), due, latency);
    }

    private static void shift(int[] micros, int from, int to, long byNanos) {
        int byMicros = Math.toIntExact(TimeUnit.NANOSECONDS.toMicros(byNanos));
        for (int i = from; i < to; i++) {
            micros[i] = Math.addExact(micros[i], byMicros);
        }
    }

    private long microsAfterStart(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos - startNanos);
    }
}
