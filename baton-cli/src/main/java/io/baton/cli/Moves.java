package io.baton.cli;

import io.baton.MigrationReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Connections that have moved to and from a generation, as it tells its supervisor. Pauses are in microseconds.
 *
 * @param adopted taken over from its parent
 * @param expected how many its parent had when that began
 * @param stayed there when it stopped accepting, and not taken over by its child since
 */
record Moves(
        long adopted, long expected, long stayed, long pauseMedianMicros, long pause99Micros, long pauseMaxMicros) {
    static final Moves NONE = new Moves(0, 0, 0, 0, 0, 0);

    private static final String PREFIX = "X_BATON_MOVES_";
    private static final double MICROS_PER_MS = 1000;

    static Moves of(MigrationReport report) {
        return new Moves(
                report.adopted(),
                report.expected(),
                report.stayed(),
                micros(report.pauseMedian()),
                micros(report.pause99()),
                micros(report.pauseMax()));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    void addTo(Map<String, String> fields) {
        fields.put(PREFIX + "ADOPTED", Long.toString(adopted));
        fields.put(PREFIX + "EXPECTED", Long.toString(expected));
        fields.put(PREFIX + "STAYED", Long.toString(stayed));
        fields.put(PREFIX + "PAUSE_P50_US", Long.toString(pauseMedianMicros));
        fields.put(PREFIX + "PAUSE_P99_US", Long.toString(pause99Micros));
        fields.put(PREFIX + "PAUSE_MAX_US", Long.toString(pauseMaxMicros));
    }

    /** A build that does not move connections leaves them out: then there were none. */
    static Moves from(NotifyMessage message) {
        return new Moves(
                number(message, "ADOPTED"),
                number(message, "EXPECTED"),
                number(message, "STAYED"),
                number(message, "PAUSE_P50_US"),
                number(message, "PAUSE_P99_US"),
                number(message, "PAUSE_MAX_US"));
    }

    private static long number(NotifyMessage message, String name) {
        return Long.parseLong(message.get(PREFIX + name).orElse("0"));
    }

    Map<String, Object> pauseJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("p50", pauseMedianMicros / MICROS_PER_MS);
        json.put("p99", pause99Micros / MICROS_PER_MS);
        json.put("max", pauseMaxMicros / MICROS_PER_MS);
        return json;
    }
}
