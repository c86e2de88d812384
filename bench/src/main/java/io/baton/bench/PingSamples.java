package io.baton.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** When pings went out and came back, each with its connection. Filled by one thread, read when it is done. */
public final class PingSamples {
    /** 20 bytes each, 80 MB; what comes after is not kept. */
    private static final int MAX_SAMPLES = 4_000_000;

    private int[] connections = new int[1 << 14];
    private long[] sentNanos = new long[1 << 14];
    private long[] doneNanos = new long[1 << 14];
    private int count;

    PingSamples() {}

    void add(int connection, long sent, long done) {
        if (count == MAX_SAMPLES) {
            return;
        }
        if (count == connections.length) {
            connections = Arrays.copyOf(connections, 2 * count);
            sentNanos = Arrays.copyOf(sentNanos, 2 * count);
            doneNanos = Arrays.copyOf(doneNanos, 2 * count);
        }
        connections[count] = connection;
        sentNanos[count] = sent;
        doneNanos[count] = done;
        count++;
    }

    /** Of all round trips. */
    public Latency roundTrips() {
        Histogram histogram = new Histogram(3);
        for (int i = 0; i < count; i++) {
            histogram.recordValue((doneNanos[i] - sentNanos[i]) / 1_000);
        }
        return Latency.of(histogram);
    }

    /** The longest round trip of each connection among those under way at any time from {@code fromNanos} to {@code toNanos}. */
    List<Long> worstMicros(long fromNanos, long toNanos) {
        Map<Integer, Long> worst = new HashMap<>();
        for (int i = 0; i < count; i++) {
            if (doneNanos[i] - fromNanos >= 0 && sentNanos[i] - toNanos <= 0) {
                worst.merge(connections[i], (doneNanos[i] - sentNanos[i]) / 1_000, Math::max);
            }
        }
        return List.copyOf(worst.values());
    }

    /** As {@link #worstMicros}, in percentiles. */
    public Latency worstPerConnection(long fromNanos, long toNanos) {
        return latency(worstMicros(fromNanos, toNanos));
    }

    static Latency latency(List<Long> micros) {
        Histogram histogram = new Histogram(3);
        micros.forEach(histogram::recordValue);
        return Latency.of(histogram);
    }
}
