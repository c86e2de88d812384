package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Posix;
import java.io.File;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HttpRehearsalTest {

    @Test
    void itServesRequestsWithinItsLimitAndLeavesNothingOpen() {
        HttpRehearsal.run(
                Posix.linux(), new HttpRehearsalOptions(4, Duration.ofMillis(300))); // what is opened once and kept
        int before = openFds();

        HttpRehearsalResult result =
                HttpRehearsal.run(Posix.linux(), new HttpRehearsalOptions(8, Duration.ofMillis(500)));

        assertThat(result.failure()).isEmpty();
        assertThat(result.requests()).isPositive();
        assertThat(result.duration()).isLessThan(Duration.ofSeconds(10));
        assertThat(openFds()).isLessThanOrEqualTo(before + 2); // a pollset of virtual threads may have come
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("baton-http"));
    }

    private static int openFds() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
