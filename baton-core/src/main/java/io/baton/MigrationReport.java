package io.baton;

import java.time.Duration;

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
        Duration pauseMax) {
    /** Nothing has moved. */
    public static final MigrationReport NONE =
            new MigrationReport(0, 0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
