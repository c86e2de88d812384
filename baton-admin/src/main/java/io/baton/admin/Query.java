package io.baton.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a URL after the question mark; the first value of a name counts.
 *
 * @param token what the console's page sends along as {@link Console#TOKEN_HEADER}; empty from others
 */
record Query(Map<String, String> values, String token) {
    private static final int MAX_PARAMETERS = 32;

    Query {
        values = Map.copyOf(values);
    }

    /**
     * Takes apart what the client sent.
     *
     * @param raw not yet decoded
     * @throws IllegalArgumentException when an escape is broken or there are too many
     */
    static Query parse(@Nullable String raw) {
        Map<String, String> values = new HashMap<>();
        if (raw == null || raw.isEmpty()) {
            return new Query(values, "");
        }
        String[] parameters = raw.split("&", -1);
        if (parameters.length > MAX_PARAMETERS) {
            throw new IllegalArgumentException(
                    "%d parameters, expected at most %d".formatted(parameters.length, MAX_PARAMETERS));
        }
        for (String parameter : parameters) {
            String[] parts = parameter.split("=", 2);
            values.putIfAbsent(decode(parts[0]), parts.length == 2 ? decode(parts[1]) : "");
        }
        return new Query(values, "");
    }

    Query withToken(@Nullable String sent) {
        return new Query(values, sent == null ? "" : sent);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
