package io.baton.proxy;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How messages quote, list and guess: always on one line and of bounded length. */
public final class Words {
    private static final int MAX_QUOTED = 160;

    /** Of a request's path, in the access log. */
    static final int MAX_LOGGED = 2048;

    private static final int MAX_COMPARED = 64;

    private Words() {}

    /** The text in quotes; control characters escaped, a long text cut. */
    public static String quote(String text) {
        return '"' + plain(text) + '"';
    }

    /** The text without quotes, made safe for a line of a log or a message. */
    public static String plain(String text) {
        return plain(text, MAX_QUOTED);
    }

    /** As {@link #plain(String)}, cut after {@code max} characters. */
    static String plain(String text, int max) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (safe.length() >= max) { // of what is printed: an escape is six characters
                return safe.append("...").toString();
            }
            if (isUnsafe(c)) {
                safe.append("\\u%04x".formatted(c));
            } else {
                safe.appendCodePoint(c);
            }
        }
        return safe.toString();
    }

    /** {@code a}, {@code a or b}, {@code a, b or c}. */
    public static String oneOf(List<String> words) {
        int last = words.size() - 1;
        return last == 0 ? words.getFirst() : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    /** {@code ; did you mean "x"?} when a known word is near enough to be a slip of the keyboard, else nothing. */
    public static String didYouMean(String word, Collection<String> known) {
        return nearest(word, known)
                .map(guess -> "; did you mean \"%s\"?".formatted(guess))
                .orElse("");
    }

    static Optional<String> nearest(String word, Collection<String> known) {
        Optional<String> best = Optional.empty();
        int bestDistance = Math.max(2, Math.min(word.length(), MAX_COMPARED) / 3) + 1;
        for (String candidate : known) {
            int distance = distance(word, candidate);
            if (distance < bestDistance && distance < candidate.length()) {
                best = Optional.of(candidate);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein's distance with a swap of neighbours as one step; of the first 64 characters, case aside. */
    static int distance(String left, String right) {
        String a = cut(left);
        String b = cut(right);
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : fewest(steps, a, b, i, j);
            }
        }
        return steps[a.length()][b.length()];
    }

    private static int fewest(int[][] steps, String a, String b, int i, int j) {
        int replaced = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int fewest = Math.min(replaced, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(fewest, steps[i - 2][j - 2] + 1) : fewest;
    }

    private static String cut(String word) {
        return (word.length() > MAX_COMPARED ? word.substring(0, MAX_COMPARED) : word).toLowerCase(Locale.ROOT);
    }

    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
