package io.baton.posix;

import java.util.function.Supplier;

/** A system call that failed; reads like strace: {@code listen(fd=999, backlog=128) failed: EBADF (Bad file descriptor)}. */
public final class PosixException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * @param call the call with its arguments, {@code listen(fd=999, backlog=128)}
     * @param errnoNumber what errno was right after it
     */
    public PosixException(String call, int errnoNumber) {
        super("%s failed: %s".formatted(call, Errno.describe(errnoNumber)));
        this.errno = Errno.of(errnoNumber);
    }

    /** Turns {@code -errno} into the exception; any other result is returned. */
    static long check(long result, Supplier<String> call) {
        if (result < 0) {
            throw new PosixException(call.get(), (int) -result);
        }
        return result;
    }

    public Errno errno() {
        return errno;
    }
}
