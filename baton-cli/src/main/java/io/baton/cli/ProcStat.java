package io.baton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Some of /proc/PID/stat; proc(5).
 *
 * @param processGroup field 5
 * @param session field 6
 * @param terminal field 7, the device of the controlling terminal, 0 for none
 * @param terminalGroup field 8, the process group in the terminal's foreground
 * @param startTicks field 22, in clock ticks since boot
 */
record ProcStat(char state, long processGroup, long session, long terminal, long terminalGroup, long startTicks) {

    /** Empty when there is no such process, or it is a zombie: nothing runs there any more. */
    static Optional<ProcStat> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The command's name is in parentheses and may itself contain some, and spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ProcStat read = new ProcStat(
                    fields[0].charAt(0),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[4]),
                    Long.parseLong(fields[5]),
                    Long.parseLong(fields[19]));
            return read.state == 'Z' || read.state == 'X' ? Optional.empty() : Optional.of(read);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the kernel sends this process the terminal's signals: those of Ctrl-C, and SIGWINCH when the window's size changes. */
    boolean inForegroundOfTerminal() {
        return terminal != 0 && processGroup == terminalGroup;
    }
}
