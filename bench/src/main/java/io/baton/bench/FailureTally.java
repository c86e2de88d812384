package io.baton.bench;

import java.util.EnumMap;
import java.util.Map;

/** Counts failures while a load runs; confined to the load's event loop. */
final class FailureTally {
    private final Map<FailureCause, Failures.Tally> tallies = new EnumMap<>(FailureCause.class);
    private long total;

    void add(FailureCause cause, String example) {
        total++;
        tallies.merge(
                cause, new Failures.Tally(1, example), (a, b) -> new Failures.Tally(a.count() + 1, a.firstExample()));
    }

    long total() {
        return total;
    }

    Failures toFailures() {
        return new Failures(tallies);
    }
}
