package io.baton.admin;

import java.time.Duration;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Picks statistics by a regular expression that need match only a part of the name, as Envoy's does. Envoy's engine takes
 * linear time; Java's may take for ever, so the time for all names together is bounded.
 */
final class StatsFilter {
    static final int MAX_LENGTH = 256;

    private static final Duration LIMIT = Duration.ofMillis(500);

    private final Pattern pattern;
    private final long deadlineNanos = System.nanoTime() + LIMIT.toNanos();

    /**
     * A filter for one request.
     *
     * @throws IllegalArgumentException with one line when {@code regex} is none
     */
    StatsFilter(String regex) {
        if (regex.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a filter of %d characters, expected at most %d".formatted(regex.length(), MAX_LENGTH));
        }
        try {
            this.pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "Invalid regex: %s near index %d: %s".formatted(e.getDescription(), e.getIndex(), regex), e);
        }
    }

    /** @throws IllegalArgumentException when the time is up */
    boolean matches(String name) {
        return pattern.matcher(new BoundedText(name)).find();
    }

    /** Each look at a character asks for the time, so that backtracking ends. */
    private final class BoundedText implements CharSequence {
        private final String text;

        BoundedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalArgumentException(
                        "Invalid regex: it takes more than %d ms, expected a simpler one".formatted(LIMIT.toMillis()));
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
