package io.baton;

import java.time.Duration;

/**
 * How much the rehearsal of a data path does.
 *
 * @param connections client connections, in parallel
 * @param enough when it stops: after so many connections in all, once the JIT has caught up with what they ran through
 * @param limit when it stops, done or not
 */
public record RehearsalOptions(int connections, int enough, Duration limit) {
    public RehearsalOptions {
        if (connections < 1 || connections > 1024) {
            throw new IllegalArgumentException("connections is %d, expected 1 to 1024".formatted(connections));
        }
        if (enough < connections) {
            throw new IllegalArgumentException("enough is %d, expected at least %d".formatted(enough, connections));
        }
        if (!limit.isPositive() || limit.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "limit is %s, expected more than zero, at most 1 minute".formatted(limit));
        }
    }

    /** As {@link #within}, in a process that serves already: with 16 connections at a time, for fds are wanted elsewhere. */
    public static RehearsalOptions behind(Duration limit) {
        return new RehearsalOptions(16, 6_000, limit);
    }

    /**
     * 160 connections at a time, so that tables grow and queues fill as they will later; 6,000 in all (the last tier of the JIT begins at
     * 5,000 calls), at most so long.
     */
    public static RehearsalOptions within(Duration limit) {
        return new RehearsalOptions(160, 6_000, limit);
    }
}
