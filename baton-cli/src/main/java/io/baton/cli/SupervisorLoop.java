package io.baton.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which a supervisor lives, so that it needs no locks. Thread-safe. */
final class SupervisorLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisorLoop.class);
    private static final Duration CALL_DEADLINE = Duration.ofSeconds(5);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("supervisor").daemon().factory());

    /** Soon, and after what was given before. */
    void run(Runnable task) {
        later(Duration.ZERO, task);
    }

    void later(Duration delay, Runnable task) {
        try {
            var _ = executor.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed already", e);
        }
    }

    /** A mistake of ours in one event must not end the supervision. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("internal error", e);
        }
    }

    /** Something that takes its time: on a thread of its own. */
    void aside(Runnable task) {
        Thread.ofPlatform().daemon().name("supervisor-aside").start(() -> guarded(task));
    }

    /**
     * Asks something of the supervisor from another thread.
     *
     * @throws ControlException when it does not answer within seconds
     */
    <T> T call(Callable<T> question) throws ControlException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        run(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(CALL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ControlException("the supervisor does not answer");
        } catch (ExecutionException e) {
            LOG.error("internal error", e.getCause());
            throw new ControlException("internal error: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
