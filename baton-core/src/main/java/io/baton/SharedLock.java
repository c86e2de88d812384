package io.baton;

import java.time.Duration;

/**
 * A lock that two generations of a server share, for files that both write. Taken by platform threads only. A holder that died is
 * recovered from.
 */
public interface SharedLock {

    /**
     * Runs {@code action} under the lock. When the lock stays taken for a second (its holder is stopped, say), {@code action} runs
     * without it and a warning is logged: a stopped process must not silence the other's logs.
     */
    void run(Runnable action);

    /**
     * Runs {@code action} under the lock, or not at all.
     *
     * @return false when the lock was not to be had within {@code timeout}
     */
    boolean tryRun(Runnable action, Duration timeout);
}
