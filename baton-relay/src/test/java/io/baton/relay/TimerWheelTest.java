package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long START = Long.MAX_VALUE - 1_000_000; // nanoTime may overflow at any moment
    private final TimerWheel wheel = new TimerWheel(START);
    private final List<Connection> fired = new ArrayList<>();

    @Test
    void anEmptyWheelNeedsNoWaking() {
        assertThat(wheel.timeoutMs(START)).isEqualTo(-1);
    }

    @Test
    void aTimerFiresNeverEarlyAndLateByLessThanATick() {
        RandomGenerator random = Traffic.random(1);
        Map<Connection, Long> deadlines = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            Connection connection = new Connection(i);
            long deadline = START + random.nextLong(Duration.ofSeconds(8).toNanos());
            deadlines.put(connection, deadline);
            wheel.arm(connection.timer, deadline);
        }
        long now = START;
        while (fired.size() < 1000) {
            now += Duration.ofMillis(wheel.timeoutMs(now)).toNanos();
            int before = fired.size();
            wheel.advance(now, fired::add);
            for (Connection connection : fired.subList(before, fired.size())) {
                long late = now - deadlines.getOrDefault(connection, Long.MAX_VALUE);
                assertThat(late).isBetween(0L, TimerWheel.TICK_NANOS + 2_000_000);
            }
        }
        assertThat(wheel.timeoutMs(now)).isEqualTo(-1);
    }

    @Test
    void aDeadlineBeyondTheHorizonFiresAtTheHorizonForItsOwnerToArmAgain() {
        Connection connection = new Connection(0);
        wheel.arm(connection.timer, START + Duration.ofHours(1).toNanos());

        wheel.advance(START + Duration.ofSeconds(8).toNanos(), fired::add);
        assertThat(fired).isEmpty();
        wheel.advance(START + Duration.ofSeconds(9).toNanos(), fired::add);
        assertThat(fired).containsExactly(connection);
    }

    @Test
    void aCancelledTimerDoesNotFireAndAMovedOneFiresOnce() {
        Connection cancelled = new Connection(0);
        Connection moved = new Connection(1);
        wheel.arm(cancelled.timer, START + 1);
        wheel.arm(moved.timer, START + 1);
        wheel.cancel(cancelled.timer);
        wheel.cancel(cancelled.timer);
        wheel.arm(moved.timer, START + Duration.ofSeconds(1).toNanos());

        wheel.advance(START + Duration.ofMillis(500).toNanos(), fired::add);
        assertThat(fired).isEmpty();
        wheel.advance(START + Duration.ofDays(2).toNanos(), fired::add);
        assertThat(fired).containsExactly(moved);
    }

    @Test
    void aTimerMayBeArmedAgainWhileItFires() {
        Connection connection = new Connection(0);
        wheel.arm(connection.timer, START);
        long[] now = {START};
        for (int i = 0; i < 2000; i++) {
            now[0] += TimerWheel.TICK_NANOS;
            wheel.advance(now[0], c -> {
                fired.add(c);
                wheel.arm(c.timer, now[0]);
            });
        }
        assertThat(fired).hasSize(2000);
    }
}
