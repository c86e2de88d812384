package io.baton.cli;

import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the process that serves go first on the CPU while the next one starts: what a JVM burns before it is ready would else show as latency
 * of the old one. Thread-safe.
 *
 * <p>The way back, to a lower nice value, needs CAP_SYS_NICE or an RLIMIT_NICE of at least 20 (systemd: {@code LimitNICE=0}). Without it the
 * process stays as it is, and only {@link #yielding} what runs in a thread of its own goes last. Where the kernel schedules sessions
 * as groups, the {@link Autogroup} goes with it, and needs no such right.
 */
final class StartNiceness {
    private static final Logger LOG = LoggerFactory.getLogger(StartNiceness.class);

    /** A tenth of the CPU against one at 0: enough to get ready within {@code ready_timeout} on a machine that is all busy. */
    private static final int LATER = 10;

    private static final int FIRST = -20;
    private static final int LAST = 19;

    /** The nice value that is usual here. */
    private static final String VARIABLE = "BATON_NICE";

    /** The JIT helps what runs, and must not stand in its way: a worker that waits for the CPU is latency, slower code is not. */
    private static final int COMPILER_LATER = 5;

    /** Threads start threads while we go through them. */
    private static final int MAX_PASSES = 5;

    private final Posix posix;
    private final int usual;
    private final boolean canReturn;
    private final Optional<Autogroup> autogroup;

    private StartNiceness(Posix posix, int usual) {
        this.posix = posix;
        this.usual = usual;
        this.canReturn = canReturn();
        this.autogroup = Autogroup.ofOwnSession(posix.pid());
    }

    /** @param environment says in {@link #VARIABLE} what is usual, when whoever started this process has put it last already */
    static StartNiceness of(Posix posix, Map<String, String> environment) {
        int current = TaskStat.ofThisThread().nice();
        return new StartNiceness(posix, usual(environment.get(VARIABLE)).orElse(current));
    }

    private static Optional<Integer> usual(@Nullable String given) {
        return Optional.ofNullable(given)
                .filter(text -> text.matches("-?\\d{1,2}"))
                .map(Integer::valueOf)
                .filter(nice -> nice >= FIRST && nice <= LAST);
    }

    /** What a process must have in its environment to be put last by {@link #lowerChild}; empty when it may not be. */
    Map<String, String> forChild() {
        return canReturn ? Map.of(VARIABLE, Integer.toString(usual)) : Map.of();
    }

    /** To be called right after its start, when it has one thread only and {@link #forChild} in its environment. */
    void lowerChild(long pid) {
        if (canReturn) {
            try {
                posix.setNice(pid, later(LATER));
            } catch (PosixException e) {
                LOG.debug("process {} starts at the usual nice value: {}", pid, e.getMessage());
            }
        }
    }

    /** Tried out on a thread that nobody needs. */
    private boolean canReturn() {
        boolean[] returned = {false};
        Thread trial = Thread.ofPlatform().name("nice-trial").unstarted(() -> {
            try {
                posix.setNice(0, later(1));
                posix.setNice(0, usual);
                returned[0] = true;
            } catch (PosixException e) {
                LOG.debug("cannot return from a higher nice value: {}", e.getMessage());
            }
        });
        return runs(trial) && returned[0];
    }

    private int later(int by) {
        return Math.min(LAST, usual + by);
    }

    /** {@link #lower}, but for so long at most: on a machine that is all taken a child must not be kept from ever getting ready. */
    void lowerFor(Duration most) {
        lower();
        Thread.ofPlatform().daemon().name("baton-niceness").start(() -> {
            try {
                Thread.sleep(most);
                restore();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Puts all threads behind those of other processes, if there is a way back. */
    synchronized void lower() {
        if (canReturn) {
            set(_ -> later(LATER));
        }
        autogroup.ifPresent(group -> group.set(Math.min(LAST, group.usual() + LATER)));
    }

    /** Before the first connection is accepted. */
    synchronized void restore() {
        autogroup.ifPresent(group -> group.set(group.usual()));
        if (canReturn) {
            set(task -> task.isCompiler() ? later(COMPILER_LATER) : usual);
        }
    }

    /** Runs it, and what threads it starts, behind other processes even where there is no way back; waits for it. */
    void yielding(Runnable action) {
        runs(rehearsal(later(LATER), action));
    }

    /** Runs it, and what threads it starts, behind everything else; does not wait for it, and nor does the end of the process. */
    void behind(Runnable action) {
        Thread thread = rehearsal(LAST, action);
        thread.setDaemon(true);
        thread.start();
    }

    private Thread rehearsal(int nice, Runnable action) {
        return Thread.ofPlatform().name("baton-rehearsal").unstarted(() -> {
            try {
                posix.setNice(0, nice);
            } catch (PosixException e) {
                LOG.warn("the rehearsal competes with what serves: {}", e.getMessage());
            }
            action.run();
        });
    }

    private static boolean runs(Thread thread) {
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void set(ToIntFunction<TaskStat> nice) {
        boolean changed = true;
        for (int pass = 0; changed && pass < MAX_PASSES; pass++) {
            changed = false;
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
                for (Path task : tasks) {
                    changed |= set(task, nice);
                }
            } catch (IOException e) {
                LOG.warn("cannot list the threads of this process: {}", e.getMessage());
            }
        }
    }

    /** Whether there was something to change. */
    private boolean set(Path task, ToIntFunction<TaskStat> nice) {
        try {
            TaskStat stat = TaskStat.of(task);
            int wanted = nice.applyAsInt(stat);
            if (stat.nice() == wanted) {
                return false;
            }
            posix.setNice(stat.id(), wanted);
            return true;
        } catch (IOException | PosixException e) {
            LOG.debug("thread {} keeps its nice value, or has ended: {}", task.getFileName(), e.getMessage());
            return false;
        }
    }
}
