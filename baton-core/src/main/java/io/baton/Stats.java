package io.baton;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Counters and gauges under Envoy's names, continuous over the processes of a lineage. Thread-safe; a value is read without a lock.
 */
public final class Stats {
    /** Keeps its parent's part when the parent has ended: own 1 plus the parent's makes the next generation's number. */
    static final String GENERATION = "server.hot_restart_generation";

    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();

    /** Parent's gauges that nobody here has made yet. */
    private final Map<String, Long> unclaimedParentParts = new ConcurrentHashMap<>();

    /** Empty. */
    public Stats() {}

    /** The counter of that name; made at the first call. */
    public Counter counter(String name) {
        return counters.computeIfAbsent(name, made -> new Counter());
    }

    /**
     * The gauge of that name; made at the first call.
     *
     * @throws IllegalArgumentException when it was made with another mode
     */
    public synchronized Gauge gauge(String name, ImportMode mode) {
        Gauge gauge = gauges.get(name);
        if (gauge == null) {
            gauge = new Gauge(mode);
            Long parentPart = unclaimedParentParts.remove(name);
            if (parentPart != null && mode == ImportMode.ACCUMULATE) {
                gauge.setParentPart(parentPart);
            }
            gauges.put(name, gauge);
        }
        if (gauge.mode() != mode) {
            throw new IllegalArgumentException("gauge %s is %s, asked for as %s".formatted(name, gauge.mode(), mode));
        }
        return gauge;
    }

    /** A gauge whose own value is asked for whenever it is read; {@code ownValue} may be called on any thread. */
    public Gauge gauge(String name, ImportMode mode, LongSupplier ownValue) {
        Gauge gauge = gauge(name, mode);
        gauge.follow(ownValue);
        return gauge;
    }

    /** All counters, sorted by name, the parent's share included. */
    public Map<String, Long> counters() {
        Map<String, Long> values = new TreeMap<>();
        counters.forEach((name, counter) -> values.put(name, counter.value()));
        return values;
    }

    /** All gauges, sorted by name, the parent's part included. */
    public Map<String, Long> gauges() {
        Map<String, Long> values = new TreeMap<>(unclaimedParentParts);
        gauges.forEach((name, gauge) -> values.put(name, gauge.value()));
        return values;
    }

    /** The gauges that a child may want: their values, the part of our own parent included. */
    Map<String, Long> exportedGauges() {
        Map<String, Long> values = new TreeMap<>(unclaimedParentParts);
        gauges.forEach((name, gauge) -> {
            if (gauge.mode() == ImportMode.ACCUMULATE) {
                values.put(name, gauge.value());
            }
        });
        return values;
    }

    /** Adds what the parent counted since it was last asked, and replaces its parts of the gauges. */
    synchronized void mergeParent(Map<String, Long> counterDeltas, Map<String, Long> parentGauges) {
        counterDeltas.forEach((name, delta) -> counter(name).add(delta));
        parentGauges.forEach((name, value) -> {
            Gauge gauge = gauges.get(name);
            if (gauge == null) {
                unclaimedParentParts.put(name, value);
            } else if (gauge.mode() == ImportMode.ACCUMULATE) {
                gauge.setParentPart(value);
            }
        });
    }

    /** The parent has ended: what it had open is gone. Only {@link #GENERATION} keeps its part. */
    synchronized void forgetParent() {
        Long generation = unclaimedParentParts.get(GENERATION);
        unclaimedParentParts.clear();
        if (generation != null) {
            unclaimedParentParts.put(GENERATION, generation);
        }
        gauges.forEach((name, gauge) -> {
            if (!name.equals(GENERATION)) {
                gauge.setParentPart(0);
            }
        });
    }
}
