package io.baton.proxy;

import io.baton.proxy.Yaml.Mapping;
import io.baton.proxy.Yaml.Scalar;
import io.baton.proxy.Yaml.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One node of the config while it is being read: knows its file, its place and its path, and says so when it is wrong. */
record Value(String file, String path, Yaml node) {

    /** One line: where this is, what is here and what was expected. */
    ConfigException wrong(String expected) {
        return problem("%s, expected %s".formatted(node.describe(), expected));
    }

    ConfigException problem(String problem) {
        String where = "%s:%d:%d: ".formatted(file, node.at().line(), node.at().column());
        return new ConfigException(where + (path.isEmpty() ? "" : path + ": ") + problem);
    }

    /** @param expected what the text is, for the message when there is a list, a mapping or nothing */
    String text(String expected) throws ConfigException {
        if (node instanceof Scalar scalar
                && !scalar.isNothing()
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        throw wrong(expected);
    }

    boolean bool() throws ConfigException {
        String expected = "true or false";
        return switch (text(expected)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(expected);
        };
    }

    int integer(int min, int max) throws ConfigException {
        String expected = "a whole number from %d to %d".formatted(min, max);
        String text = text(expected);
        // Ten digits cover every int; a longer number would only overflow the check.
        if (text.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        throw wrong(expected);
    }

    Duration duration(Duration min, Duration max) throws ConfigException {
        String expected = "a duration from %s to %s (a whole number and ms, s, m or h)"
                .formatted(Durations.format(min), Durations.format(max));
        Duration duration = Durations.parse(text(expected)).orElseThrow(() -> wrong(expected));
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw wrong(expected);
        }
        return duration;
    }

    /** In bytes. */
    int size(int min, int max) throws ConfigException {
        String expected = "a size from %s to %s (a whole number and B, KiB or MiB)"
                .formatted(Sizes.format(min), Sizes.format(max));
        long bytes = Sizes.parse(text(expected)).orElseThrow(() -> wrong(expected));
        if (bytes < min || bytes > max) {
            throw wrong(expected);
        }
        return (int) bytes;
    }

    Section section(Keys keys) throws ConfigException {
        if (!(node instanceof Mapping mapping)) {
            throw wrong("a mapping with %s".formatted(Words.oneOf(keys.known())));
        }
        return Section.open(this, mapping, keys);
    }

    boolean isMapping() {
        return node instanceof Mapping;
    }

    /** Keys and values of a mapping whose keys the user chooses: at least one, at most {@code max}. */
    Map<Value, Value> entries(String what, int max) throws ConfigException {
        if (!(node instanceof Mapping mapping)) {
            throw wrong("a mapping of " + what);
        }
        int size = mapping.entries().size();
        if (size == 0 || size > max) {
            throw problem("a mapping of %d, expected 1 to %d %s".formatted(size, max, what));
        }
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (Yaml.Entry entry : mapping.entries()) {
            String name = Words.plain(entry.key().text());
            entries.put(new Value(file, path, entry.key()), new Value(file, path + "." + name, entry.value()));
        }
        return entries;
    }

    /** The items of a list that has at least one and at most {@code max}. */
    List<Value> items(String what, int max) throws ConfigException {
        if (!(node instanceof Sequence sequence)) {
            throw wrong("a list of " + what);
        }
        int size = sequence.items().size();
        if (size == 0 || size > max) {
            throw problem("a list of %d, expected 1 to %d %s".formatted(size, max, what));
        }
        List<Value> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(new Value(
                    file, "%s[%d]".formatted(path, i), sequence.items().get(i)));
        }
        return values;
    }
}
