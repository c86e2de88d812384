package io.baton.http;

import org.jspecify.annotations.Nullable;

/** One thing's deadline in a {@link DeadlineWheel}. Event loop only. */
final class Deadline {
    static final long NEVER = Long.MAX_VALUE;

    final Runnable action;
    long atNanos = NEVER;

    /** The tick it is looked at; its slot follows from it. */
    long tick;

    @Nullable
    Deadline previous;

    @Nullable
    Deadline next;

    boolean linked;

    /** The next of those whose time has come in the same look. */
    @Nullable
    Deadline nextDue;

    /** @param action called on the event loop when the time has come; the deadline is then {@link #NEVER} */
    Deadline(Runnable action) {
        this.action = action;
    }
}
