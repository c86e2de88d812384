package io.baton.proxy;

import java.time.Duration;

/**
 * How a process hands over to the next.
 *
 * @param drain how long this process, once it is the old one, takes to wind down
 * @param parentShutdown when this process, as the new one, ends the old one; counted from its own readiness
 * @param batch connections moved in one message
 * @param rate at most so many connections are moved in a second; 0: as fast as they go
 * @param rehearsal how long at most a child runs its own data path over loopback before it says ready; zero: not at all
 * @param readyTimeout a child that is not ready by then has failed
 */
public record HandoverConfig(
        Duration drain, Duration parentShutdown, int batch, int rate, Duration rehearsal, Duration readyTimeout) {
    static final Duration MAX_DRAIN = Duration.ofDays(1);
    static final Duration MAX_PARENT_SHUTDOWN = Duration.ofDays(2);
    static final Duration MAX_REHEARSAL = Duration.ofSeconds(30);
    static final Duration MIN_READY_TIMEOUT = Duration.ofSeconds(1);
    static final Duration MAX_READY_TIMEOUT = Duration.ofMinutes(10);

    /** With two sockets and two pipes each, more would not go into one message of 253 fds; and all of them pause for it. */
    static final int MAX_BATCH = 64;

    static final int MAX_RATE = 1_000_000;

    /** Envoy's 600 s and 900 s; 64 as measured: larger batches pause longer. A rehearsal takes 1 to 2 s, 10 where the CPU is all taken. */
    public static final HandoverConfig DEFAULT = new HandoverConfig(
            Duration.ofMinutes(10), Duration.ofMinutes(15), 64, 0, Duration.ofSeconds(10), Duration.ofMinutes(1));

    public HandoverConfig {
        within(drain, Duration.ZERO, MAX_DRAIN, "drain");
        within(parentShutdown, Duration.ZERO, MAX_PARENT_SHUTDOWN, "parent_shutdown");
        within(rehearsal, Duration.ZERO, MAX_REHEARSAL, "rehearsal");
        within(readyTimeout, MIN_READY_TIMEOUT, MAX_READY_TIMEOUT, "ready_timeout");
        BatonConfig.require(rate >= 0 && rate <= MAX_RATE, "a rate from 0 to %d".formatted(MAX_RATE));
        BatonConfig.require(batch >= 1 && batch <= MAX_BATCH, "a batch from 1 to %d".formatted(MAX_BATCH));
        BatonConfig.require(
                parentShutdown.compareTo(drain) > 0,
                "handover.parent_shutdown=%s to exceed handover.drain=%s, or the parent dies while it drains"
                        .formatted(Durations.format(parentShutdown), Durations.format(drain)));
    }

    /** Never so long that the child could not get ready in time for it: a third of {@code readyTimeout} at most. */
    Duration rehearsalLimit() {
        Duration most = readyTimeout.dividedBy(3);
        return rehearsal.compareTo(most) < 0 ? rehearsal : most;
    }

    private static void within(Duration value, Duration min, Duration max, String name) {
        BatonConfig.require(
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                "handover.%s from %s to %s".formatted(name, Durations.format(min), Durations.format(max)));
    }
}
