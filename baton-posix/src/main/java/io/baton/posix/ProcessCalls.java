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

    /** Starts a child process; posix_spawn(3). The child has no fds but 0, 1, 2 and those the request names. */
    long spawn(SpawnRequest request);

    /**
     * execve(2): replaces this process image. Close-on-exec fds are gone afterwards. Returns only by throwing.
     *
     * @throws PosixException when the kernel refused; the process goes on as it was
     */
    PosixException execute(SpawnRequest request);

    /** waitpid(2) for a child of ours; empty (only with {@code block} false) while it runs. */
    Optional<ExitStatus> waitFor(long pid, boolean block);

    /** kill(2); signal 0 only asks whether the process is there. */
    void kill(long pid, int signal);

    /** prctl(PR_SET_PDEATHSIG): the signal this process gets when the thread that started it ends; 0 for none. */
    void setParentDeathSignal(int signal);

    /** The blocked signals of the calling thread; pthread_sigmask(3). */
    Set<Integer> blockedSignals();

    /** Replaces the calling thread's set of blocked signals. Threads started later inherit it. */
    void setBlockedSignals(Set<Integer> signals);

    /** RLIMIT_NOFILE. */
    ResourceLimit openFileLimit();

    /** Sets the soft RLIMIT_NOFILE; EINVAL above the hard one. */
    void setOpenFileSoftLimit(long soft);
}
