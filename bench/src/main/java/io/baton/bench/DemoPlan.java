package io.baton.bench;

import java.time.Duration;

/**
 * What the demo does.
 *
 * @param seconds how long the load runs
 * @param restarts hot restarts during that time, evenly spread
 * @param ratePerSecond requests per second, half of them over new connections, half over kept ones
 * @param streams echo streams open at any time
 */
record DemoPlan(int seconds, int restarts, int ratePerSecond, int streams) {
    /** Connections end in the process that accepted them, so streams must end by themselves before that process must. */
    static final Duration STREAM_LIFETIME = Duration.ofSeconds(3);

    static final Duration DRAIN = Duration.ofSeconds(15);
    static final int KEPT_CONNECTIONS = 20;

    DemoPlan {
        check(seconds >= 5 && seconds <= 600, "--seconds", seconds, "5 to 600");
        check(restarts >= 0 && restarts <= 50, "--restarts", restarts, "0 to 50");
        check(restarts * 3 <= seconds, "--restarts", restarts, "at most one every 3 of the %d s".formatted(seconds));
        check(ratePerSecond >= 2 && ratePerSecond <= 50_000, "--rate", ratePerSecond, "2 to 50000");
        check(streams >= 1 && streams <= 2_000, "--streams", streams, "1 to 2000");
    }

    private static void check(boolean holds, String option, int value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s %d: expected %s".formatted(option, value, expected));
        }
    }
}
