package io.baton.bench;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Notices when processes of others have ended, by looking for them in /proc every few milliseconds. */
final class GoneWatch {
    private static final long POLL_NANOS = 5_000_000;

    private GoneWatch() {}

    /**
     * When the last of them was seen to have ended ({@link System#nanoTime()}, at most 5 ms late). Cancelling it ends the watch,
     * as does the end of the JVM.
     */
    static CompletableFuture<Long> whenGone(Set<Long> pids) {
        CompletableFuture<Long> gone = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            while (!gone.isDone()) {
                if (pids.stream().noneMatch(ProcFs::isAlive)) {
                    gone.complete(System.nanoTime());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        });
        return gone;
    }
}
