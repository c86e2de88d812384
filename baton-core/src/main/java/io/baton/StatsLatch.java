package io.baton;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of our counters one child has been told. A delta counts as told only when its message went out, and everything is told anew to
 * the next child when one fails: nothing is lost on either way. Used by the parent thread only.
 */
final class StatsLatch {
    private final Stats stats;
    private final Map<String, Long> told = new HashMap<>();

    StatsLatch(Stats stats) {
        this.stats = stats;
    }

    /** What was counted since the last {@link #commit}; zeros are left out. */
    Map<String, Long> pending() {
        Map<String, Long> deltas = new TreeMap<>();
        stats.counters().forEach((name, value) -> {
            long delta = value - told.getOrDefault(name, 0L);
            if (delta != 0) {
                deltas.put(name, delta);
            }
        });
        return deltas;
    }

    /** {@code deltas} have been sent. */
    void commit(Map<String, Long> deltas) {
        deltas.forEach((name, delta) -> told.merge(name, delta, Long::sum));
    }

    /** Another child will ask, and knows nothing. */
    void reset() {
        told.clear();
    }
}
