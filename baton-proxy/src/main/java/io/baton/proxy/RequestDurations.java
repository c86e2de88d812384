package io.baton.proxy;

import java.time.Duration;
import java.util.List;

/** The classes of the histogram of request durations, and the counters that hold it. */
public final class RequestDurations {
    /** Upper bounds; Prometheus's usual ones, and 1 ms. Beyond the last there is one more class. */
    public static final List<Integer> BOUNDS_MILLIS =
            List.of(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000);

    /** Of all durations, in microseconds. */
    static final String SUM = "time_us";

    private RequestDurations() {}

    /** The counter of a listener's requests in class {@code index}, none of them in two. */
    public static String counter(String listener, int index) {
        return ExchangeStats.prefix(listener) + name(index);
    }

    /** The counter of the microseconds that all requests of a listener took. */
    public static String sum(String listener) {
        return ExchangeStats.prefix(listener) + SUM;
    }

    /** The counter of a listener's requests that were answered with {@code status}. */
    public static String code(String listener, int status) {
        return ExchangeStats.prefix(listener) + "%03d".formatted(status);
    }

    static String name(int index) {
        return index < BOUNDS_MILLIS.size()
                ? "time_le_%dms".formatted(BOUNDS_MILLIS.get(index))
                : "time_gt_%dms".formatted(BOUNDS_MILLIS.getLast());
    }

    static int index(Duration duration) {
        long micros = duration.toNanos() / 1000;
        int index = 0;
        while (index < BOUNDS_MILLIS.size() && micros > BOUNDS_MILLIS.get(index) * 1000L) {
            index++;
        }
        return index;
    }
}
