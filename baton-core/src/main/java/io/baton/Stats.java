package io.baton;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counters and gauges under Envoy's names, continuous over the processes of a lineage. Thread-safe; reading a value takes no lock.
 */
public final class Stats {

    /** Empty. */
    public Stats() {}

    /** The counter of that name; made at the first call. */
    public Counter counter(String name) {
        throw new UnsupportedOperationException("counter");
    }

    /**
     * The gauge of that name; made at the first call.
     *
     * @throws IllegalArgumentException when it was made with another mode
     */
    public Gauge gauge(String name, ImportMode mode) {
        throw new UnsupportedOperationException("gauge");
    }

    /** A gauge whose own value is asked for whenever it is read; {@code ownValue} may be called on any thread. */
    public Gauge gauge(String name, ImportMode mode, LongSupplier ownValue) {
        throw new UnsupportedOperationException("gauge");
    }

    /** All counters, sorted by name, the parent's share included. */
    public Map<String, Long> counters() {
        throw new UnsupportedOperationException("counters");
    }

    /** All gauges, sorted by name, the parent's part included. */
    public Map<String, Long> gauges() {
        throw new UnsupportedOperationException("gauges");
    }
}
