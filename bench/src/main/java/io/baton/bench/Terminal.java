package io.baton.bench;

import java.io.Console;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a person is looking: decides on colour and on lines that are written over. */
record Terminal(boolean interactive, boolean colour) {
    static Terminal detect() {
        return detect(System.console(), System.getenv());
    }

    static Terminal detect(@Nullable Console console, Map<String, String> environment) {
        boolean interactive = console != null
                && console.isTerminal()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(
                interactive,
                interactive && environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    String bold(String text) {
        return paint("1", text);
    }

    String green(String text) {
        return paint("1;32", text);
    }

    String red(String text) {
        return paint("1;31", text);
    }

    String dim(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
