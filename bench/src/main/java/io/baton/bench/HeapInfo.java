package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code jcmd PID GC.heap_info} says of another JVM with the serial collector. */
final class HeapInfo {
    /** Of the young and of the old generation, a line each. */
    private static final Pattern GENERATION =
            Pattern.compile("(?i)(?:DefNew|def new generation|tenured(?: generation)?)\\s+total \\d+K, used (\\d+)K");

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private HeapInfo() {}

    /** Bytes in use, garbage that no collection has met yet included; empty when it cannot be asked, for one as it has ended. */
    static OptionalLong used(long pid) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Command.Result result = Command.run(List.of(jcmd.toString(), Long.toString(pid), "GC.heap_info"), DEADLINE);
            return result.exitCode() == 0 ? parse(result.text()) : OptionalLong.empty();
        } catch (BenchException _) {
            return OptionalLong.empty();
        }
    }

    static OptionalLong parse(String text) {
        Matcher generation = GENERATION.matcher(text);
        long kib = 0;
        boolean found = false;
        while (generation.find()) {
            kib += Long.parseLong(generation.group(1));
            found = true;
        }
        return found ? OptionalLong.of(kib * 1024) : OptionalLong.empty();
    }
}
