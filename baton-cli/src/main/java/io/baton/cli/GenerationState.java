package io.baton.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What one generation is doing, in the words of the status: design/interfaces.md. */
enum GenerationState {
    AWAITING_READY,
    SERVING,
    MIGRATING,
    DRAINING,
    TERMINATED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<GenerationState> ofWord(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word().equals(word))
                .findFirst();
    }
}
