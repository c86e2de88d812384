package io.baton;

import java.time.Duration;
import java.util.List;

/**
 * How many connections have moved, as this process knows it.
 *
 * @param adopted connections taken over from the parent
 * @param expected how many the parent had to move when it began
 * @param given connections that the child, if there is one, has taken over
 * @param stayed connections that this process had when it stopped accepting and that its child has not taken over since, whether they
 *     still live or not; 0 before that
 * @param movable connections of this process that could move to a child
 * @param drained connections of the parent that did not move and have left by themselves since the commit; 0 until the last has
 * @param pauseMedian how long connections taken over stood still: half of them no longer
 * @param pause99 99 of 100 no longer
 * @param pauseMax none longer
 * @param pauses the same as a histogram: steps of a power of two, in order, without those that no connection is in
 */
public record MigrationReport(
        long adopted,
        long expected,
        long given,
        long stayed,
        long movable,
        long drained,
        Duration pauseMedian,
        Duration pause99,
        Duration pauseMax,
        List<PauseCount> pauses) {
    /** Nothing has moved. */
    public static final MigrationReport NONE =
            new MigrationReport(0, 0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of());

    public MigrationReport {
        pauses = List.copyOf(pauses);
    }

    /**
     * A step of a histogram.
     *
     * @param upTo the longest pause in it
     * @param connections that stood still for so long, and longer than the step before
     */
    public record PauseCount(Duration upTo, long connections) {}
}
