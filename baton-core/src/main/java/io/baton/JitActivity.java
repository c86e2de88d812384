package io.baton;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether the JIT still has much to do. On a busy machine it is far behind what has been called often enough: whoever goes on then meets slow
 * code, and the compiler as a rival for the CPU. One thread.
 */
final class JitActivity {
    private static final long WINDOW_MS = 250;

    /** Something is always being compiled a little; compilers that have work take 100 % and more of the time. */
    private static final long CALM_PERCENT = 15;

    private final @Nullable CompilationMXBean compilation = compilation();
    private long windowStart = System.nanoTime();
    private long spentBefore = spentMs();
    private boolean calm;

    private static @Nullable CompilationMXBean compilation() {
        CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
        return bean != null && bean.isCompilationTimeMonitoringSupported() ? bean : null;
    }

    private long spentMs() {
        return compilation == null ? 0 : compilation.getTotalCompilationTime();
    }

    /** Of the last window that is over; false before. To be asked often. */
    boolean hasCalmedDown() {
        long now = System.nanoTime();
        long elapsedMs = TimeUnit.NANOSECONDS.toMillis(now - windowStart);
        if (elapsedMs >= WINDOW_MS) {
            long spent = spentMs();
            calm = (spent - spentBefore) * 100 < elapsedMs * CALM_PERCENT;
            spentBefore = spent;
            windowStart = now;
        }
        return calm;
    }
}
