package io.baton.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from Baton's log when connections began to move and when the last had: to a millisecond, as the log's times are. Thread-safe. */
final class MovingLog {
    private static final Pattern LINE =
            Pattern.compile("^(\\S+Z) .*? (-> migrating on MigrationBegun|on OffersEnded\\b)");

    /** {@link System#nanoTime()} at both ends. */
    record Moving(long beginNanos, long endNanos) {
        double ms() {
            return (endNanos - beginNanos) / 1e6;
        }
    }

    private long beginNanos;
    private Optional<Moving> last = Optional.empty();

    synchronized void accept(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.find()) {
            return;
        }
        try {
            long nanos = nanoTime(Instant.parse(matcher.group(1)));
            if (matcher.group(2).startsWith("->")) {
                beginNanos = nanos;
                last = Optional.empty();
            } else {
                last = Optional.of(new Moving(beginNanos, nanos));
            }
        } catch (DateTimeParseException _) {
            // Somebody's line that looks like ours.
        }
    }

    private static long nanoTime(Instant time) {
        Instant now = Instant.now();
        return System.nanoTime() - Duration.between(time, now).toNanos();
    }

    /** Of the last handover; empty when its log does not say. */
    synchronized Optional<Moving> last() {
        return last;
    }
}
