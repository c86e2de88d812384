package io.baton.posix;

import java.time.Duration;

/** How long tests wait. */
final class Waits {
    /** Only looks. */
    static final Duration NONE = Duration.ZERO;

    /** For what should not take long, on a machine that may be busy. */
    static final Duration LONG = Duration.ofSeconds(20);

    private Waits() {}
}
