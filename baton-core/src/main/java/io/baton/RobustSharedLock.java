package io.baton;

import io.baton.posix.MutexResult;
import io.baton.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A robust pthread mutex in memory shared by the lineage. Not reentrant. */
final class RobustSharedLock implements SharedLock {
    private static final Logger LOG = LoggerFactory.getLogger(RobustSharedLock.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Posix posix;
    private final String name;
    private final MemorySegment mutex;

    /** Set before the warning is logged: the logger may write under this very lock. */
    private final AtomicBoolean warned = new AtomicBoolean();

    RobustSharedLock(Posix posix, String name, MemorySegment mutex) {
        this.posix = posix;
        this.name = name;
        this.mutex = mutex;
    }

    @Override
    public void run(Runnable action) {
        if (tryRun(action, PATIENCE)) {
            return;
        }
        action.run();
        if (warned.compareAndSet(false, true)) {
            LOG.warn("{} was not to be had within {}; going on without it, its holder may be stopped", name, PATIENCE);
        }
    }

    @Override
    public boolean tryRun(Runnable action, Duration timeout) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(name + " is for platform threads: the kernel knows its owner by thread id");
        }
        MutexResult result = posix.lockMutex(mutex, timeout);
        if (result == MutexResult.TIMED_OUT) {
            return false;
        }
        try {
            action.run();
        } finally {
            posix.unlockMutex(mutex);
        }
        if (result == MutexResult.OWNER_DIED) {
            LOG.warn("a process died holding {}; recovered", name);
        }
        return true;
    }
}
