package io.baton.http;

import java.time.Duration;

/**
 * How many idle connections are kept, and how long.
 *
 * @param maxIdle for each endpoint and worker; 0 keeps none
 * @param idleTimeout an idle connection is closed after it. Should be less than the origin's own keep-alive timeout
 */
public record UpstreamPoolLimits(int maxIdle, Duration idleTimeout) {
    /** 128 for each endpoint and worker, for 4 seconds: less than the 5 of common origins (Node.js, Apache). */
    public static final UpstreamPoolLimits DEFAULTS = new UpstreamPoolLimits(128, Duration.ofSeconds(4));

    public UpstreamPoolLimits {
        if (maxIdle < 0 || maxIdle > 100_000) {
            throw new IllegalArgumentException("maxIdle is %d, expected 0 to 100000".formatted(maxIdle));
        }
        if (!idleTimeout.isPositive() || idleTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "idleTimeout is %s, expected more than zero, at most 1 day".formatted(idleTimeout));
        }
    }
}
