package io.baton.bench;

import org.jspecify.annotations.Nullable;

/** One request on its way; confined to the load's event loop. */
final class HttpRequestState {
    final long number;
    final long dueNanos;

    /** What it would mean if the deadline passed now. */
    FailureCause pending = FailureCause.NO_CONNECTION;

    long deadlineNanos;

    @Nullable
    HttpConnection connection;

    boolean done;

    HttpRequestState(long number, long dueNanos) {
        this.number = number;
        this.dueNanos = dueNanos;
    }
}
