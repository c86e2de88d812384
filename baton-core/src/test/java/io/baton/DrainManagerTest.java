package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.testkit.ManualClock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class DrainManagerTest {
    private final ManualClock clock = new ManualClock();

    @Test
    void nothingIsClosedBeforeDraining() {
        DrainManager manager = new DrainManager(Duration.ofSeconds(10), DrainStrategy.IMMEDIATE, clock);
        assertThat(manager.drainClose()).isFalse();
        assertThat(manager.remaining()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void immediateClosesEverythingAtOnce() {
        DrainManager manager = new DrainManager(Duration.ofSeconds(10), DrainStrategy.IMMEDIATE, clock);
        manager.start();
        assertThat(IntStream.range(0, 100)).allMatch(i -> manager.drainClose());
    }

    @Test
    void gradualClosesAsElapsedToDrainTime() {
        DrainManager manager = new DrainManager(Duration.ofSeconds(10), DrainStrategy.GRADUAL, clock);
        manager.start();
        assertThat(closed(manager)).isZero();
        clock.advance(Duration.ofSeconds(3));
        manager.start(); // a second start changes nothing
        assertThat(closed(manager)).isCloseTo(30_000, Percentage.withPercentage(5));
        clock.advance(Duration.ofSeconds(3));
        assertThat(closed(manager)).isCloseTo(60_000, Percentage.withPercentage(5));
        assertThat(manager.remaining()).isEqualTo(Duration.ofSeconds(4));
        clock.advance(Duration.ofSeconds(4));
        assertThat(closed(manager)).isEqualTo(100_000);
        clock.advance(Duration.ofSeconds(4));
        assertThat(manager.remaining()).isZero();
    }

    @Test
    void aDrainTimeOfZeroClosesAtOnce() {
        DrainManager manager = new DrainManager(Duration.ZERO, DrainStrategy.GRADUAL, clock);
        manager.start();
        assertThat(manager.drainClose()).isTrue();
    }

    private static long closed(DrainManager manager) {
        return IntStream.range(0, 100_000).filter(i -> manager.drainClose()).count();
    }
}
