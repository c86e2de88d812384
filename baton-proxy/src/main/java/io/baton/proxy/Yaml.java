package io.baton.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A YAML document as a tree that remembers where each part was written. Has no anchors, aliases or tags. */
public sealed interface Yaml {

    Position at();

    /** What a message calls this node. */
    String describe();

    /** Line and column, both from 1. */
    record Position(int line, int column) {}

    /**
     * A single value.
     *
     * @param plain true when written without quotes, so that {@code ~}, {@code null} and nothing at all mean "no value"
     */
    record Scalar(Position at, String text, boolean plain) implements Yaml {

        public boolean isNothing() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }

        @Override
        public String describe() {
            return isNothing() ? "nothing" : Words.quote(text);
        }
    }

    record Sequence(Position at, List<Yaml> items) implements Yaml {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    record Mapping(Position at, List<Entry> entries) implements Yaml {
        public Mapping {
            entries = List.copyOf(entries);
        }

        @Nullable
        Entry find(String key) {
            for (Entry entry : entries) {
                if (entry.key().text().equals(key)) {
                    return entry;
                }
            }
            return null;
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    record Entry(Scalar key, Yaml value) {}
}
