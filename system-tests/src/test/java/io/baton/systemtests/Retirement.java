package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** An old generation's end, as the kernel tells of it and not Baton: when the last of its connections left it, and when it was gone. */
final class Retirement {
    private static final Path TCP = Path.of("/proc/net/tcp");
    private static final String LISTENING = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    /** Looking is not free; a connection is thought to have left when it was last seen, so this much too early. */
    private static final Duration WHILE_IT_HAS_SOME = Duration.ofMillis(100);

    private static final Duration AFTERWARDS = Duration.ofMillis(10);

    private final long pid;
    private final Set<Integer> ports;
    private final Thread watcher;
    private volatile long lastSeenNanos = System.nanoTime();
    private volatile long goneNanos;

    private Retirement(long pid, Set<Integer> ports) {
        this.pid = pid;
        this.ports = Set.copyOf(ports);
        this.watcher = Thread.ofPlatform().daemon().name("watch of " + pid).start(this::watch);
    }

    /** Watches the process {@code pid} and the connections that came to it through {@code ports}. */
    static Retirement of(long pid, Set<Integer> ports) {
        return new Retirement(pid, ports);
    }

    private void watch() {
        try {
            while (isAlive()) {
                boolean some = hasConnections();
                if (some) {
                    lastSeenNanos = System.nanoTime();
                }
                Thread.sleep(some ? WHILE_IT_HAS_SOME : AFTERWARDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            goneNanos = System.nanoTime();
        }
    }

    /** A zombie has closed everything. */
    private boolean isAlive() {
        try {
            String stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private boolean hasConnections() {
        try {
            Set<String> connections = connections();
            try (Stream<Path> files = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
                for (Path file : files.toList()) {
                    if (connections.contains(target(file))) {
                        return true;
                    }
                }
            }
        } catch (IOException e) {
            // It is about to go.
        }
        return false;
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    private Set<String> connections() throws IOException {
        Set<String> found = new HashSet<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(TCP));
        lines.removeFirst();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+", -1);
            String port = fields[LOCAL_ADDRESS].substring(fields[LOCAL_ADDRESS].indexOf(':') + 1);
            if (!fields[STATE].equals(LISTENING) && ports.contains(Integer.parseInt(port, 16))) {
                found.add("socket:[%s]".formatted(fields[INODE]));
            }
        }
        return found;
    }

    /** From the last connection's leaving, or at most 100 ms before, to the end of the process. */
    Duration lasted() throws InterruptedException {
        assertThat(watcher.join(BatonProcess.PATIENCE)).as("%d ends", pid).isTrue();
        return Duration.ofNanos(goneNanos - lastSeenNanos);
    }
}
