package io.baton.posix;

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

    /**
     * Turns {@code -errno} into the exception; any other result is returned. Not a lambda for the text: each would cost a cold start
     * the making of a class, and there are as many as there are calls.
     *
     * @param call a format for {@code arguments}
     */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library, and this module has none
    static long check(long result, String call, Object... arguments) {
        if (result < 0) {
            throw new PosixException(call.formatted(arguments), (int) -result);
        }
        return result;
    }

    public Errno errno() {
        return errno;
    }
}
