package io.baton.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** What the kernel says of other processes; proc(5). A process that is gone has used nothing and has no children. */
final class ProcFs {
    /** Linux counts for user space in hundredths of a second on every architecture. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private static final int STATE = 0;
    private static final int UTIME = 11;
    private static final int STIME = 12;
    /** Behind the two comes the user time of ended children, and then this, their system time. */
    private static final int CHILDREN_STIME = 14;

    private static final int START_TIME = 19;

    private static final Path PROC = Path.of("/proc");

    private ProcFs() {}

    /** Whether it runs; a zombie, which only waits for its exit code to be fetched, does not. */
    static boolean isAlive(long pid) {
        String[] stat = stat(pid);
        return stat.length > STATE && !stat[STATE].equals("Z") && !stat[STATE].equals("X");
    }

    /** When it was started, as {@link System#nanoTime()}, to 10 ms. Later execs do not change it. */
    static OptionalLong startNanos(long pid) {
        String[] stat = stat(pid);
        String[] uptime = read(PROC.resolve("uptime")).split(" ", -1);
        if (stat.length <= START_TIME || uptime.length != 2) {
            return OptionalLong.empty();
        }
        long upNanos = (long) (Double.parseDouble(uptime[0]) * 1e9);
        return OptionalLong.of(System.nanoTime() - (upNanos - Long.parseLong(stat[START_TIME]) * NANOS_PER_TICK));
    }

    /** Its arguments, as one text; empty when it is gone. */
    static String commandLine(long pid) {
        return read(PROC.resolve(pid + "/cmdline")).replace('\0', ' ');
    }

    /** CPU time used by it so far, user and system. */
    static double cpuSeconds(long pid) {
        return seconds(stat(pid), UTIME, STIME);
    }

    /** The same with that of its children which have ended and were waited for, and of theirs. */
    static double cpuSecondsWithEndedChildren(long pid) {
        return seconds(stat(pid), UTIME, CHILDREN_STIME);
    }

    /** The sum of the times from one field to another. */
    private static double seconds(String[] stat, int first, int last) {
        long ticks = 0;
        for (int field = first; field <= last && last < stat.length; field++) {
            ticks += Long.parseLong(stat[field]);
        }
        return ticks * NANOS_PER_TICK / 1e9;
    }

    /** Resident memory. */
    static long rssBytes(long pid) {
        return statusNumber(pid, "VmRSS:") * 1024;
    }

    static long threads(long pid) {
        return statusNumber(pid, "Threads:");
    }

    private static long statusNumber(long pid, String field) {
        for (String line : read(PROC.resolve(pid + "/status")).split("\n", -1)) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    /** How many fds it has open. */
    static long openFds(long pid) {
        try (Stream<Path> fds = Files.list(PROC.resolve(pid + "/fd"))) {
            return fds.count();
        } catch (IOException | UncheckedIOException _) {
            return 0; // gone, or going
        }
    }

    /** Resident memory, of what processes share each its part; 0 when it may not be asked. */
    static long pssBytes(long pid) {
        for (String line : read(PROC.resolve(pid + "/smaps_rollup")).split("\n", -1)) {
            if (line.startsWith("Pss:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    /** The processes that descend from it, without itself. */
    static Set<Long> descendants(long pid) {
        Set<Long> found = new LinkedHashSet<>();
        collect(pid, found);
        return found;
    }

    private static void collect(long pid, Set<Long> found) {
        for (long child : children(pid)) {
            if (found.add(child)) {
                collect(child, found);
            }
        }
    }

    private static Set<Long> children(long pid) {
        Set<Long> found = new LinkedHashSet<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            for (Path thread : threads) {
                for (String child : read(thread.resolve("children")).split(" ", -1)) {
                    if (!child.isBlank()) {
                        found.add(Long.parseLong(child.strip()));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            // Gone meanwhile.
        }
        return found;
    }

    /** The fields after the command name, which is in parentheses and may contain anything. */
    private static String[] stat(long pid) {
        String text = read(PROC.resolve(pid + "/stat"));
        int end = text.lastIndexOf(')');
        return end < 0 ? new String[0] : text.substring(end + 2).strip().split(" ", -1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
