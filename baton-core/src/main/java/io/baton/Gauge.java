package io.baton;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A number that goes up and down. Thread-safe. */
public final class Gauge {
    private final ImportMode mode;
    private final AtomicLong own = new AtomicLong();
    private volatile LongSupplier ownValue = own::get;
    private volatile long parentPart;

    Gauge(ImportMode mode) {
        this.mode = mode;
    }

    public ImportMode mode() {
        return mode;
    }

    public void set(long value) {
        own.set(value);
    }

    public void add(long amount) {
        own.addAndGet(amount);
    }

    public void increment() {
        own.incrementAndGet();
    }

    public void decrement() {
        own.decrementAndGet();
    }

    /** Own value plus the parent's part. */
    public long value() {
        return ownValue.getAsLong() + parentPart;
    }

    void follow(LongSupplier supplier) {
        ownValue = supplier;
    }

    void setParentPart(long value) {
        parentPart = value;
    }
}
