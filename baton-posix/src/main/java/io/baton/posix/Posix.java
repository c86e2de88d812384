package io.baton.posix;

/**
 * The operating system as Baton sees it, and the one seam that tests replace.
 *
 * <p>Methods that return {@code int} or {@code long} and take raw fd numbers are for data paths: they never throw for a
 * failed call but return {@code -errno}. All others throw {@link PosixException}. EINTR is retried inside, except where a
 * method says otherwise. Every fd that comes into being here is close-on-exec. Implementations are thread-safe.
 */
public interface Posix extends SocketCalls, StreamCalls, PollCalls, FileCalls, MemoryCalls, ProcessCalls {

    /** The real thing: glibc on Linux, x86-64 or aarch64, through the FFM API. */
    static Posix linux() {
        return LinuxPosix.INSTANCE;
    }
}
