package io.baton.http;

import java.time.Duration;

/**
 * How much an {@link HttpRehearsal} does.
 *
 * @param connections client connections, in parallel
 * @param limit when it stops, done or not
 */
public record HttpRehearsalOptions(int connections, Duration limit) {
    public HttpRehearsalOptions {
        if (connections < 1 || connections > 1024) {
            throw new IllegalArgumentException("connections is %d, expected 1 to 1024".formatted(connections));
        }
        if (!limit.isPositive() || limit.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "limit is %s, expected more than zero, at most 1 minute".formatted(limit));
        }
    }

    /** 64 connections, at most two seconds. */
    public static HttpRehearsalOptions defaults() {
        return new HttpRehearsalOptions(64, Duration.ofSeconds(2));
    }
}
