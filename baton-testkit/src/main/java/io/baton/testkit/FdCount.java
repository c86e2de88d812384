package io.baton.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The open fds of this process, as /proc tells. */
public final class FdCount {
    private static final Path FDS = Path.of("/proc/self/fd");

    private FdCount() {}

    /** How many there are. */
    public static int now() {
        return open().size();
    }

    /** Number to what it is ({@code socket:[4711]}): for the message of a failed assertion. */
    public static Map<Integer, String> open() {
        List<Path> listed;
        try (Stream<Path> fds = Files.list(FDS)) {
            listed = fds.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<Integer, String> open = new TreeMap<>();
        for (Path fd : listed) {
            target(fd)
                    .ifPresent(
                            target -> open.put(Integer.parseInt(fd.getFileName().toString()), target));
        }
        return open;
    }

    /** Empty for the fd that the listing itself had open, and has closed. */
    private static Optional<String> target(Path fd) {
        try {
            return Optional.of(Files.readSymbolicLink(fd).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
