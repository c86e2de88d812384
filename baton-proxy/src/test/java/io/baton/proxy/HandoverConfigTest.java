package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HandoverConfigTest {

    @Test
    void aRehearsalLeavesTwoThirdsOfTheTimeToGetReady() {
        assertThat(with(Duration.ofSeconds(10), Duration.ofMinutes(1)).rehearsalLimit())
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(with(Duration.ofSeconds(10), Duration.ofSeconds(9)).rehearsalLimit())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(with(Duration.ZERO, Duration.ofSeconds(9)).rehearsalLimit()).isZero();
    }

    private static HandoverConfig with(Duration rehearsal, Duration readyTimeout) {
        HandoverConfig base = HandoverConfig.DEFAULT;
        return new HandoverConfig(
                base.drain(), base.parentShutdown(), base.batch(), base.rate(), rehearsal, readyTimeout);
    }
}
