package io.baton.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Some of /proc/self/task/ID/stat; proc(5).
 *
 * @param id field 1, of the kernel
 * @param name field 2, at most 15 characters
 * @param nice field 19
 */
record TaskStat(long id, String name, int nice) {

    /** @param task a directory of /proc/self/task */
    static TaskStat of(Path task) throws IOException {
        String stat = Files.readString(task.resolve("stat"));
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        String[] fields = stat.substring(close + 2).split(" ", -1);
        return new TaskStat(
                Long.parseLong(stat.substring(0, open - 1)),
                stat.substring(open + 1, close),
                Integer.parseInt(fields[16]));
    }

    static TaskStat ofThisThread() {
        try {
            return of(Path.of("/proc/thread-self"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** HotSpot's names: "C1 CompilerThread0", cut. */
    boolean isCompiler() {
        return name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler");
    }
}
