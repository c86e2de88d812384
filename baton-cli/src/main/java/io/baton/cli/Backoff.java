package io.baton.cli;

import java.time.Duration;
import java.util.Optional;

/** Ever longer pauses between cold starts that fail, and an end to them. Only touched on the supervisor's thread. */
final class Backoff {
    /** Consecutive failures before it gives up. */
    static final int MAX_FAILURES = 10;

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Duration longest;
    private int failures;

    Backoff() {
        this(LONGEST);
    }

    Backoff(Duration longest) {
        this.longest = longest;
    }

    /** How long to wait after one more failure; empty when there were too many in a row. */
    Optional<Duration> next() {
        failures++;
        if (failures > MAX_FAILURES) {
            return Optional.empty();
        }
        Duration delay = FIRST.multipliedBy(1L << (failures - 1));
        return Optional.of(delay.compareTo(longest) < 0 ? delay : longest);
    }

    void succeeded() {
        failures = 0;
    }
}
