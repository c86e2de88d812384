package io.baton;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Thread-safe, and cheap to add to from many threads. */
public final class Counter {
    private final LongAdder total = new LongAdder();

    Counter() {}

    public void increment() {
        total.increment();
    }

    public void add(long amount) {
        total.add(amount);
    }

    /** Since the first process of the lineage started, as far as its processes told one another. */
    public long value() {
        return total.sum();
    }
}
