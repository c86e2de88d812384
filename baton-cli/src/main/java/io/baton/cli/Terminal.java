package io.baton.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/** What the user's terminal can show. */
final class Terminal {
    private Terminal() {}

    /** Colour only where someone looks at it, and not when NO_COLOR says so; no-color.org. */
    static ColorScheme colours() {
        return Help.defaultColorScheme(isColourful(System.getenv()) ? Ansi.ON : Ansi.OFF);
    }

    /** Standard output is a terminal that knows escape sequences, and its user wants them. */
    static boolean isColourful(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb")
                && isInteractive();
    }

    /** Standard error, where progress goes, is a terminal that can go back to the beginning of a line. */
    static boolean showsProgress(Map<String, String> environment) {
        return !environment.getOrDefault("TERM", "dumb").equals("dumb") && isTerminal(2);
    }

    /** System.console() would say it too, and cost tens of milliseconds for a line editor that nobody uses. */
    static boolean isInteractive() {
        return isTerminal(1);
    }

    private static boolean isTerminal(int fd) {
        try {
            String output = Path.of("/proc/self/fd/" + fd).toRealPath().toString();
            return output.startsWith("/dev/pts/") || output.startsWith("/dev/tty");
        } catch (IOException e) {
            // A pipe or a socket has no path.
            return false;
        }
    }
}
