package io.baton.proxy;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as the config writes them: a whole number and its unit, {@code 4096B}, {@code 64KiB}, {@code 1MiB}. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");

    private Sizes() {}

    /** In bytes. */
    static OptionalLong parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        long amount = Long.parseLong(form.group(1));
        return OptionalLong.of(
                switch (form.group(2)) {
                    case "B" -> amount;
                    case "KiB" -> amount << 10;
                    case "MiB" -> amount << 20;
                    default -> amount << 30;
                });
    }

    /** In the largest unit that says it exactly. */
    static String format(long bytes) {
        int unit = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / 10, 3);
        return (bytes >> (10 * unit)) + new String[] {"B", "KiB", "MiB", "GiB"}[unit];
    }
}
