package io.baton;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Tells the data path when to ask clients to leave. Thread-safe; {@link #drainClose} is cheap enough for every response. */
public final class DrainManager {
    private final Duration drainTime;
    private final DrainStrategy strategy;
    private final LongSupplier nanoTime;

    /** Written before {@link #draining}, read after it. */
    private long startedNanos;

    private volatile boolean draining;

    DrainManager(Duration drainTime, DrainStrategy strategy, LongSupplier nanoTime) {
        this.drainTime = drainTime;
        this.strategy = strategy;
        this.nanoTime = nanoTime;
    }

    /** Whether this process is draining. */
    public boolean draining() {
        return draining;
    }

    /**
     * Whether the connection at hand should be closed after its response: never before draining; always with
     * {@link DrainStrategy#IMMEDIATE}; else with a chance of elapsed / drain time.
     */
    public boolean drainClose() {
        if (!draining) {
            return false;
        }
        long drainNanos = drainTime.toNanos();
        return switch (strategy) {
            case IMMEDIATE -> true;
            case GRADUAL ->
                drainNanos == 0 || elapsedNanos() > ThreadLocalRandom.current().nextLong(drainNanos);
        };
    }

    /** What is left of the drain time; the whole of it before draining, zero when it is over. */
    public Duration remaining() {
        Duration left = draining ? drainTime.minusNanos(elapsedNanos()) : drainTime;
        return left.isNegative() ? Duration.ZERO : left;
    }

    synchronized void start() {
        if (!draining) {
            startedNanos = nanoTime.getAsLong();
            draining = true;
        }
    }

    private long elapsedNanos() {
        return nanoTime.getAsLong() - startedNanos;
    }
}
