package io.baton.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A {@link Worker}'s side: words in, JSON out. */
final class Orders {
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** The next one; empty when whoever gave them has gone. */
    Optional<String> next() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    void answer(Map<String, ?> answer) {
        System.out.println(Json.line(answer));
        System.out.flush();
    }
}
