package io.baton.bench;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One hot restart as watched from outside; times are {@link System#nanoTime()}.
 *
 * @param askedNanos when the command was given
 * @param spawnedNanos when the new process was started
 * @param readyNanos when the new process said that it serves, or was first seen where it cannot say so
 * @param doneNanos when the command returned
 * @param oldGone completes with the time at which the old process had ended
 */
record Restart(long askedNanos, long spawnedNanos, long readyNanos, long doneNanos, CompletableFuture<Long> oldGone) {
    Restart {
        requireNonNull(oldGone, "oldGone is null");
    }

    double spawnToReadyMs() {
        return (readyNanos - spawnedNanos) / 1e6;
    }

    double askedToDoneMs() {
        return (doneNanos - askedNanos) / 1e6;
    }

    /** Waits for the old process's end; false when it outlives the wait. */
    boolean awaitGone(Duration atMost) {
        try {
            oldGone.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        }
    }

    /** From ready to the old process's end; empty while it lives. */
    OptionalLong oldGoneAfterMs() {
        long never = Long.MIN_VALUE;
        long gone = oldGone.getNow(never);
        return gone == never ? OptionalLong.empty() : OptionalLong.of(Math.max(0, (gone - readyNanos) / 1_000_000));
    }
}
