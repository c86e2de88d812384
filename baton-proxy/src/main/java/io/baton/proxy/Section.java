package io.baton.proxy;

import io.baton.proxy.Yaml.Entry;
import io.baton.proxy.Yaml.Mapping;
import io.baton.proxy.Yaml.Scalar;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/** One mapping of the config while it is being read; every key in it is known. */
final class Section {
    private final Value value;
    private final Mapping mapping;

    private Section(Value value, Mapping mapping) {
        this.value = value;
        this.mapping = mapping;
    }

    static Section open(Value value, Mapping mapping, Keys keys) throws ConfigException {
        Section section = new Section(value, mapping);
        for (Entry entry : mapping.entries()) {
            section.checkKey(entry.key(), keys);
        }
        return section;
    }

    private void checkKey(Scalar key, Keys keys) throws ConfigException {
        String name = key.text();
        if (keys.known().contains(name)) {
            return;
        }
        if (keys.later().contains(name)) {
            throw at(name, key).problem("not supported yet, expected " + Words.oneOf(keys.known()));
        }
        throw new Value(value.file(), value.path(), key)
                .problem("unknown key %s, expected %s%s"
                        .formatted(Words.quote(name), Words.oneOf(keys.known()), Words.didYouMean(name, keys.known())));
    }

    /** The value of a key that may be left out. A key with nothing after it is a mistake, not a default. */
    Optional<Value> find(String key) throws ConfigException {
        Entry entry = mapping.find(key);
        if (entry == null) {
            return Optional.empty();
        }
        return Optional.of(at(key, entry.value()));
    }

    /** @param expected what the value is, for the message when the key is missing */
    Value get(String key, String expected) throws ConfigException {
        return find(key)
                .orElseThrow(() -> value.problem("no key \"%s\", expected %s: %s".formatted(key, key, expected)));
    }

    /** One of {@code choices}, by its word; empty when the key is left out. */
    <T> Optional<T> choice(String key, Map<String, T> choices, String expected) throws ConfigException {
        Optional<Value> found = find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        String word = found.get().text(expected);
        T choice = choices.get(word);
        if (choice == null) {
            throw found.get().wrong(expected + Words.didYouMean(word, new TreeSet<>(choices.keySet())));
        }
        return Optional.of(choice);
    }

    Duration duration(String key, Duration min, Duration max, Duration otherwise) throws ConfigException {
        Optional<Value> found = find(key);
        return found.isPresent() ? found.get().duration(min, max) : otherwise;
    }

    OptionalInt integer(String key, int min, int max) throws ConfigException {
        Optional<Value> found = find(key);
        return found.isPresent() ? OptionalInt.of(found.get().integer(min, max)) : OptionalInt.empty();
    }

    /** In bytes. */
    int size(String key, int min, int max, int otherwise) throws ConfigException {
        Optional<Value> found = find(key);
        return found.isPresent() ? found.get().size(min, max) : otherwise;
    }

    Value value() {
        return value;
    }

    private Value at(String key, Yaml node) {
        String path = value.path().isEmpty() ? key : value.path() + "." + key;
        return new Value(value.file(), path, node);
    }
}
