package io.baton.posix;

import java.util.Optional;
import java.util.Set;

/** Processes, signals and limits. */
public interface ProcessCalls {

    /** SIGCHLD and its kin have the same numbers on x86-64 and aarch64; signal(7). */
    int SIGHUP = 1;

    int SIGINT = 2;
    int SIGQUIT = 3;
    int SIGKILL = 9;
    int SIGUSR1 = 10;
    int SIGUSR2 = 12;
    int SIGALRM = 14;
    int SIGTERM = 15;
    int SIGCHLD = 17;
    int SIGCONT = 18;
    int SIGSTOP = 19;
    int SIGWINCH = 28;

    long pid();

    long parentPid();

    /** geteuid(2). */
    int effectiveUserId();

    /**
     * Starts a child process; posix_spawn(3). The child has no fds but 0, 1, 2 and those the request names, no signal blocked and
     * every signal at its default. The caller must {@link #waitFor} it in the end, or it stays a zombie.
     */
    long spawn(SpawnRequest request);

    /**
     * execve(2): replaces this process image; fds as for {@link #spawn}, no signal blocked, but signals that are ignored stay ignored.
     * Returns only by throwing (its type is for {@code throw posix.execute(...)}, so that the compiler knows). Needs Linux 5.11.
     *
     * <p>When the kernel refuses, the process goes on as it was, but for a moment its fds 3, 4, … were those of the request: no other
     * thread should be loading classes or using JDK files then.
     *
     * @throws PosixException when the kernel refused
     */
    PosixException execute(SpawnRequest request);

    /**
     * execve(2) for a program that knows where its fds are: those that the request names keep their numbers here, and no other is open
     * there but 0, 1 and 2. The calling thread's blocked signals stay blocked there, and what arrives meanwhile waits; signals that are ignored
     * stay ignored. Needs Linux 5.11.
     *
     * <p>When the kernel refuses, every fd is where it was (unlike with {@link #execute}), but for 0, 1 and 2 close-on-exec, which is what
     * all but some of the JDK's were.
     *
     * @param request without standard streams of its own
     * @throws PosixException when the kernel refused
     */
    PosixException executeInPlace(SpawnRequest request);

    /** waitpid(2) for a child of ours; empty (only with {@code block} false) while it runs. */
    Optional<ExitStatus> waitFor(long pid, boolean block);

    /** kill(2); signal 0 only asks whether the process is there. */
    void kill(long pid, int signal);

    /**
     * prctl(PR_SET_PDEATHSIG): the signal this process gets when the thread that started it ends; 0 for none. The kernel keeps the wish
     * with the calling thread: it is forgotten when that one ends. A parent that is gone already sends nothing: ask {@link
     * #parentPid} afterwards.
     */
    void setParentDeathSignal(int signal);

    /** The blocked signals of the calling thread; pthread_sigmask(3). */
    Set<Integer> blockedSignals();

    /** Replaces the calling thread's set of blocked signals. Threads started later inherit it. */
    void setBlockedSignals(Set<Integer> signals);

    /**
     * setpriority(2), PRIO_PROCESS: the nice value of one thread, which is what Linux gives one to. Threads it starts later inherit it.
     *
     * @param thread its kernel id, as in /proc/self/task; 0 for the calling one
     * @param nice -20 (first) to 19 (last)
     * @throws PosixException EACCES when it would be lowered below what RLIMIT_NICE allows and CAP_SYS_NICE is lacking; ESRCH
     */
    void setNice(long thread, int nice);

    /** clock_gettime(CLOCK_MONOTONIC), in microseconds: the clock that systemd compares with its own. */
    long monotonicMicros();

    /** RLIMIT_NOFILE. */
    ResourceLimit openFileLimit();

    /** Sets the soft RLIMIT_NOFILE; EINVAL above the hard one. */
    void setOpenFileSoftLimit(long soft);
}
