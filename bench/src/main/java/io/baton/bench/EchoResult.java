package io.baton.bench;

import static java.util.Objects.requireNonNull;

/**
 * What became of every stream of an {@link EchoLoad}: each begun is either complete or failed.
 *
 * @param begun streams begun, with those that could not be connected
 * @param complete ended by the client, with every byte and then the end received
 * @param failures the others: {@link Failures#cut()} of them were cut, {@link FailureCause#WRONG_BYTES} corrupted
 * @param bytesChecked received and compared
 * @param worstPauseMicros the longest any stream waited for a byte that it was owed
 * @param worstPauseAtNanos when that wait ended ({@link System#nanoTime()})
 */
public record EchoResult(
        long begun,
        long complete,
        Failures failures,
        long bytesChecked,
        long worstPauseMicros,
        long worstPauseAtNanos) {
    public EchoResult {
        requireNonNull(failures, "failures is null");
        if (begun != complete + failures.total()) {
            throw new IllegalStateException(
                    "%d streams begun, but %d complete and %d failed".formatted(begun, complete, failures.total()));
        }
    }

    /** Whether nothing at all went wrong. */
    public boolean isClean() {
        return failures.total() == 0;
    }

    public EchoResult plus(EchoResult other) {
        boolean mine = worstPauseMicros >= other.worstPauseMicros;
        return new EchoResult(
                begun + other.begun,
                complete + other.complete,
                failures.plus(other.failures),
                bytesChecked + other.bytesChecked,
                Math.max(worstPauseMicros, other.worstPauseMicros),
                mine ? worstPauseAtNanos : other.worstPauseAtNanos);
    }
}
