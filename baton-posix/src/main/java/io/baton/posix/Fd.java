package io.baton.posix;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * An open file descriptor owned by this process.
 *
 * <p>Sending it does not transfer ownership: the kernel gives the peer a duplicate, and this one must still be closed.
 * Thread-safe: {@link #close()} reaches the kernel at most once, so a number reused by a later open is never closed by mistake.
 */
public final class Fd implements AutoCloseable {
    /** Of a field, not an object of its own: a proxy has thousands of these, and each collection copies the young ones. */
    private static final AtomicIntegerFieldUpdater<Fd> RELEASED =
            AtomicIntegerFieldUpdater.newUpdater(Fd.class, "released");

    private final int number;

    /** 1 once it is closed or somebody else's. */
    private volatile int released;

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
        if (isClosed()) {
            throw new IllegalStateException("fd %d is already closed".formatted(number));
        }
        return number;
    }

    /** Gives up ownership: the caller must close the number. */
    public int release() {
        if (!RELEASED.compareAndSet(this, 0, 1)) {
            throw new IllegalStateException("fd %d is already closed".formatted(number));
        }
        return number;
    }

    public boolean isClosed() {
        return released != 0;
    }

    @Override
    public void close() {
        if (RELEASED.compareAndSet(this, 0, 1)) {
            LinuxPosix.closeQuietly(number);
        }
    }

    @Override
    public String toString() {
        return "fd " + number + (isClosed() ? " (closed)" : "");
    }
}
