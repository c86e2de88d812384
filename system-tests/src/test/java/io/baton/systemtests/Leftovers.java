package io.baton.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What of a runtime directory's lineage is there, asked of the kernel and not of Baton. */
final class Leftovers {
    private Leftovers() {}

    /** Processes whose command line names the directory, the orders of a test to it included. */
    static List<Long> processes(Path directory) throws IOException {
        List<Long> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path process : all.toList()) {
                String name = process.getFileName().toString();
                if (name.matches("\\d+") && commandLine(process).contains(directory.toString())) {
                    found.add(Long.parseLong(name));
                }
            }
        }
        return found;
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // ended meanwhile
        }
    }

    /** TCP sockets of or to {@code port}, as {@code /proc/net/tcp} has them: addresses and state in hexadecimal. */
    static List<String> connections(int port) {
        String hex = ":%04X ".formatted(port);
        try {
            return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                    .filter(line -> line.contains(hex))
                    .toList();
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }

    /** UNIX sockets bound to a path in the directory, or to an abstract name that contains it. */
    static List<String> sockets(Path directory) throws IOException {
        return Files.readAllLines(Path.of("/proc/net/unix"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.contains(directory + "/"))
                .toList();
    }

    static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
