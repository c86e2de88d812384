package io.baton.bench;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What failed, by cause, each with the first example seen. Immutable. */
public record Failures(Map<FailureCause, Tally> byCause) {
    /** How often, and the first one in words: which, when, from where, what the socket said. */
    public record Tally(long count, String firstExample) {
        public Tally {
            requireNonNull(firstExample, "firstExample is null");
        }
    }

    public static final Failures NONE = new Failures(Map.of());

    public Failures {
        EnumMap<FailureCause, Tally> copy = new EnumMap<>(FailureCause.class);
        copy.putAll(byCause);
        byCause = Collections.unmodifiableMap(copy);
    }

    public long total() {
        return byCause.values().stream().mapToLong(Tally::count).sum();
    }

    public long of(FailureCause cause) {
        Tally tally = byCause.get(cause);
        return tally == null ? 0 : tally.count();
    }

    /** Connections that the other side ended while something was under way on them. */
    public long cut() {
        return of(FailureCause.RESET) + of(FailureCause.CUT);
    }

    public Failures plus(Failures other) {
        EnumMap<FailureCause, Tally> sum = new EnumMap<>(FailureCause.class);
        sum.putAll(byCause);
        other.byCause.forEach((cause, tally) ->
                sum.merge(cause, tally, (a, b) -> new Tally(a.count() + b.count(), a.firstExample())));
        return new Failures(sum);
    }

    /** One line per cause, or "none". */
    @Override
    public String toString() {
        return byCause.isEmpty()
                ? "none"
                : byCause.entrySet().stream()
                        .map(e -> "%s: %,d (first: %s)"
                                .formatted(
                                        e.getKey().text(),
                                        e.getValue().count(),
                                        e.getValue().firstExample()))
                        .collect(Collectors.joining("\n"));
    }
}
