package io.baton;

import java.time.Duration;

/**
 * When a rehearsal is over: once it has opened enough connections and the JIT has caught up with what they ran through, or when its time is. It
 * begins with its construction. One thread.
 */
public final class RehearsalPace {
    private final RehearsalOptions options;
    private final JitActivity jit = new JitActivity();
    private final long startNanos = System.nanoTime();

    /** Begins. */
    public RehearsalPace(RehearsalOptions options) {
        this.options = options;
    }

    /**
     * Whether there is more to rehearse.
     *
     * @param connections that were opened so far
     */
    public boolean goesOn(int connections) {
        boolean calm = jit.hasCalmedDown();
        return timeLeft() && !(connections >= options.enough() && calm);
    }

    /** Whether the limit has not been reached yet. */
    public boolean timeLeft() {
        return System.nanoTime() - deadlineNanos() < 0;
    }

    /** By {@link System#nanoTime()}. */
    public long deadlineNanos() {
        return startNanos + options.limit().toNanos();
    }

    /** Since the beginning. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
