package io.baton.posix;

import java.util.Set;

/** Files, pipes and what can be done to any fd. */
public interface FileCalls {

    /**
     * open(2), close-on-exec.
     *
     * @param mode permissions of a file that this creates, before the umask
     */
    Fd open(String path, Set<OpenFlag> flags, int mode);

    /** fchmod(2). On a socket that is not bound yet, it sets the mode its path will get at bind: nobody can connect before. */
    void setMode(Fd fd, int mode);

    /** unlink(2). */
    void unlink(String path);

    /**
     * flock(2), exclusive and non-blocking; held until the last duplicate of {@code file} is closed.
     *
     * @return false when another open file holds it
     */
    boolean tryLock(Fd file);

    /**
     * A non-blocking pipe2(2).
     *
     * @param capacity wanted size in bytes (F_SETPIPE_SZ); 0 keeps the default. A smaller one is accepted when the user's share of pipe pages is used up: ask {@link #pipeCapacity}
     */
    FdPair pipe(int capacity);

    /** F_GETPIPE_SZ, in bytes. */
    int pipeCapacity(Fd pipe);

    /** A close-on-exec duplicate with the lowest free number not below {@code lowest}; F_DUPFD_CLOEXEC. The caller owns it. */
    Fd duplicate(Fd fd, int lowest);

    void setNonBlocking(Fd fd, boolean nonBlocking);

    void setCloseOnExec(Fd fd, boolean closeOnExec);

    /** True when the number is open and close-on-exec, so that it cannot have come from the program before this one: fcntl(F_GETFD). */
    boolean isCloseOnExec(int fd);

    /** True when the number is an open fd of this process: fcntl(F_GETFD). */
    boolean isOpen(int fd);
}
