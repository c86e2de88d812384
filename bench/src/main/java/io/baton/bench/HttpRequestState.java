package io.baton.bench;

import org.jspecify.annotations.Nullable;

/** One request on its way; confined to the load's event loop. */
final class HttpRequestState {
    final long number;
    final long dueNanos;
    final long deadlineNanos;

    /** What a deadline that passes now would mean. */
    FailureCause pending = FailureCause.NO_CONNECTION;

    @Nullable
    HttpConnection connection;

    boolean done;

    HttpRequestState(long number, long dueNanos, long timeoutNanos) {
        this.number = number;
        this.dueNanos = dueNanos;
        this.deadlineNanos = dueNanos + timeoutNanos;
    }
}
