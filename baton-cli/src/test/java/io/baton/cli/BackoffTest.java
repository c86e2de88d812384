package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void waitsEverLongerUpToTenSecondsAndThenGivesUp() {
        assertThat(backoff.next()).contains(Duration.ofMillis(100));
        assertThat(backoff.next()).contains(Duration.ofMillis(200));
        Optional<Duration> last = Optional.empty();
        for (int failure = 3; failure <= Backoff.MAX_FAILURES; failure++) {
            last = backoff.next();
        }

        assertThat(last).contains(Duration.ofSeconds(10));
        assertThat(backoff.next()).isEmpty();
    }

    @Test
    void beginsAnewAfterASuccess() {
        backoff.next();
        backoff.next();

        backoff.succeeded();

        assertThat(backoff.next()).contains(Duration.ofMillis(100));
    }
}
