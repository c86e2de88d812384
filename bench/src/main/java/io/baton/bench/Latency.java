package io.baton.bench;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of a set of latencies, in microseconds, each taken from the moment the request was due (not from the moment it
 * could at last be sent), so that a stall counts for everybody who would have come during it. All zero when {@code count} is.
 */
public record Latency(long count, long p50Micros, long p99Micros, long p999Micros, long maxMicros) {
    static Latency of(Histogram histogram) {
        return new Latency(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue());
    }
}
