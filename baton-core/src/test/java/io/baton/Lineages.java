package io.baton;

import java.io.File;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Options of lineages that no other test, and no other build on this machine, uses. */
final class Lineages {
    private static final AtomicLong NEXT =
            new AtomicLong(ProcessHandle.current().pid() * 1000 % 100_000_000);

    static {
        // Processes that tests kill leave their shared memory behind.
        Runtime.getRuntime().addShutdownHook(new Thread(Lineages::removeSharedMemory));
    }

    private static final long FIRST = NEXT.get();

    private Lineages() {}

    private static void removeSharedMemory() {
        for (long id = FIRST; id <= NEXT.get(); id++) {
            new File("/dev/shm" + SharedMemory.name(new BaseId(id))).delete();
        }
    }

    /** Epoch 0 of a new lineage, with waits fit for a test. */
    static HotRestartOptions fresh() {
        BaseId baseId = new BaseId(NEXT.incrementAndGet());
        return HotRestartOptions.defaults().with(options -> {
            options.baseId = baseId;
            options.socketPath = "@baton_test";
            options.drainTime = Duration.ofSeconds(30);
            options.parentShutdownTime = Duration.ofSeconds(60);
            options.statsInterval = Duration.ofMillis(50);
            options.replyTimeout = Duration.ofSeconds(5);
            options.sendRetryInterval = Duration.ofMillis(20);
        });
    }

    static HotRestartOptions next(HotRestartOptions previous) {
        return previous.with(options -> options.epoch = previous.epoch().next());
    }
}
