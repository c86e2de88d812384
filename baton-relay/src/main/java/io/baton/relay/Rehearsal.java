package io.baton.relay;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Posix;
import java.time.Duration;
import java.util.Optional;

/**
 * Warms the real data path of this JVM before it is needed: a private relay on loopback between an echo server and clients, with small
 * messages, bulk, half-close and reset. Cold, the first connections of a JVM stall for 170 to 250 ms.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result. */
    public static RehearsalResult run(Posix posix, RehearsalOptions options) {
        requireNonNull(posix, "posix is null");
        requireNonNull(options, "options is null");
        return new RehearsalResult(0, 0, 0, Duration.ZERO, Optional.of("the data path is not there yet"));
    }
}
