package io.baton.bench;

import java.util.concurrent.locks.LockSupport;

/** Follows the CPU time of a process to its end: nobody can be asked afterwards. Reads /proc every 20 ms, on a thread of its own. */
final class CpuWatch implements AutoCloseable {
    private static final long PERIOD_NANOS = 20_000_000;

    private final long pid;
    private volatile double lastSeconds;
    private volatile boolean closed;

    private CpuWatch(long pid) {
        this.pid = pid;
        this.lastSeconds = ProcFs.cpuSeconds(pid);
    }

    static CpuWatch of(long pid) {
        CpuWatch watch = new CpuWatch(pid);
        Thread.ofVirtual().start(watch::follow);
        return watch;
    }

    private void follow() {
        while (!closed && ProcFs.isAlive(pid)) {
            lastSeconds = Math.max(lastSeconds, ProcFs.cpuSeconds(pid));
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    /** As of the last look while it lived. */
    double lastSeconds() {
        return lastSeconds;
    }

    @Override
    public void close() {
        closed = true;
    }
}
