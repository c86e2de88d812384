package io.baton.systemtests;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A process's open files by kind, as /proc tells of them; numbers of sockets and pipes left out, so that two can be compared. */
record OpenFiles(Map<String, Long> byKind) {
    /** How long a count must stand to be taken for what the process has at rest. */
    private static final Duration STEADY = Duration.ofMillis(500);

    OpenFiles {
        byKind = new TreeMap<>(byKind);
    }

    /** Those of a process that has just done something: an ended connection's or a finished order's may go a moment later. */
    static OpenFiles atRest(long pid) {
        return Awaitility.await("the open files of %d to stay the same for %s".formatted(pid, STEADY))
                .atMost(BatonProcess.PATIENCE)
                .until(() -> steady(pid), found -> !found.isEmpty())
                .getFirst();
    }

    private static List<OpenFiles> steady(long pid) throws IOException, InterruptedException {
        OpenFiles before = of(pid);
        Thread.sleep(STEADY);
        return before.equals(of(pid)) ? List.of(before) : List.of();
    }

    static OpenFiles of(long pid) throws IOException {
        List<String> kinds = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            for (Path file : files.toList()) {
                try {
                    kinds.add(Files.readSymbolicLink(file).toString().replaceAll(":\\[\\d+]", ""));
                } catch (NoSuchFileException e) {
                    // Closed meanwhile.
                }
            }
        }
        return new OpenFiles(kinds.stream().collect(groupingBy(kind -> kind, counting())));
    }

    long total() {
        return byKind.values().stream().mapToLong(Long::longValue).sum();
    }
}
