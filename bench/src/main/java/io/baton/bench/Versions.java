package io.baton.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which programs are there, and which versions of them. */
final class Versions {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private Versions() {}

    /** An executable on PATH, or where administrators' programs are. */
    static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin" + File.pathSeparator
                + "/usr/local/sbin";
        return List.of(path.split(File.pathSeparator, -1)).stream()
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The first line that a command says, or why it says none. */
    static String firstLine(List<String> command) {
        try {
            List<String> lines = Command.run(command, DEADLINE).lines();
            return lines.isEmpty() ? "unknown" : lines.getFirst().strip();
        } catch (BenchException e) {
            return "unknown (%s)".formatted(e.getMessage());
        }
    }
}
