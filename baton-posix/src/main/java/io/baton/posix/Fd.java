package io.baton.posix;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file descriptor owned by this process.
 *
 * <p>Sending it does not transfer ownership: the kernel gives the peer a duplicate, and this one must still be closed.
 * Thread-safe: {@link #close()} reaches the kernel at most once, so a number reused by a later open is never closed by mistake.
 */
public final class Fd implements AutoCloseable {
    private final int number;
    private final AtomicBoolean released = new AtomicBoolean();

    private Fd(int number) {
        this.number = number;
    }

    /** Takes ownership of an fd number that nothing else in this process owns. */
    public static Fd own(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("fd is %d, expected 0 or more".formatted(number));
        }
        return new Fd(number);
    }

    /**
     * The kernel's number, for a call made now.
     *
     * @throws IllegalStateException when already closed or released
     */
    public int number() {
        if (released.get()) {
            throw new IllegalStateException("fd %d is already closed".formatted(number));
        }
        return number;
    }

    /** Gives up ownership: the caller must close the number. */
    public int release() {
        if (!released.compareAndSet(false, true)) {
            throw new IllegalStateException("fd %d is already closed".formatted(number));
        }
        return number;
    }

    public boolean isClosed() {
        return released.get();
    }

    @Override
    public void close() {
        if (released.compareAndSet(false, true)) {
            LinuxPosix.closeQuietly(number);
        }
    }

    @Override
    public String toString() {
        return "fd " + number + (released.get() ? " (closed)" : "");
    }
}
