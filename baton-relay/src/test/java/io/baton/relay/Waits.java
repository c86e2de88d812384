package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for what must come, and watching that something does not. */
final class Waits {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WINDOW = Duration.ofMillis(400);

    private Waits() {}

    static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    /** Until a number has stopped moving. */
    static long untilStill(LongSupplier number) {
        long[] last = {number.getAsLong()};
        long[] since = {System.nanoTime()};
        until(() -> {
            long now = number.getAsLong();
            if (now != last[0]) {
                last[0] = now;
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > WINDOW.toNanos();
        });
        return last[0];
    }

    /** Whether a condition comes true within the window. */
    static boolean happens(BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > WINDOW.toNanos()) {
                return false;
            }
            Thread.sleep(1);
        }
        return true;
    }

    /** The loops of a relay where nothing happens sleep: a spinning one would wake thousands of times in the window. */
    static void assertAtRest(Relay relay) throws InterruptedException {
        long before = relay.rounds();
        Thread.sleep(WINDOW); // an observation, not a wait for something
        assertThat(relay.rounds() - before).isLessThan(10);
    }
}
