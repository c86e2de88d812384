package io.baton.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Collects {@link Samples} while a load runs; confined to the load's event loop. */
final class SampleRecorder {
    /** 8 bytes each, 160 MB: the load ends by itself when it is reached. */
    static final int MAX_SAMPLES = 20_000_000;

    /** Times are kept as int microseconds: 35 minutes. */
    static final long MAX_RUN_NANOS = TimeUnit.MICROSECONDS.toNanos(Integer.MAX_VALUE);

    private final long startNanos;
    private int[] dueMicros = new int[1 << 14];
    private int[] latencyMicros = new int[1 << 14];
    private int count;

    SampleRecorder(long startNanos) {
        this.startNanos = startNanos;
    }

    boolean isFull(long nowNanos) {
        return count == MAX_SAMPLES || nowNanos - startNanos >= MAX_RUN_NANOS;
    }

    void record(long dueNanos, long doneNanos) {
        if (count == dueMicros.length) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, 2L * count);
            dueMicros = Arrays.copyOf(dueMicros, capacity);
            latencyMicros = Arrays.copyOf(latencyMicros, capacity);
        }
        dueMicros[count] = micros(dueNanos - startNanos);
        latencyMicros[count] = micros(doneNanos - dueNanos);
        count++;
    }

    int count() {
        return count;
    }

    Samples toSamples(long endNanos) {
        return new Samples(startNanos, endNanos, Arrays.copyOf(dueMicros, count), Arrays.copyOf(latencyMicros, count));
    }

    private static int micros(long nanos) {
        return Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, Integer.MAX_VALUE);
    }
}
