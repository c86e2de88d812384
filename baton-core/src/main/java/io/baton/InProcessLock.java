package io.baton;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** For a process that shares nothing: it is alone with its logs. */
final class InProcessLock implements SharedLock {
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    public void run(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean tryRun(Runnable action, Duration timeout) {
        boolean locked = false;
        try {
            locked = lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (locked) {
                action.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
        return locked;
    }
}
