package io.baton.http;

import io.baton.posix.Posix;

/**
 * Warms the real HTTP path of this JVM before it is needed: a private proxy on loopback between an origin and clients. Cold, the first
 * requests of a JVM stall for 200 ms and more.
 */
public final class HttpRehearsal {
    private HttpRehearsal() {}

    /** Rehearses in the calling thread and takes down everything it made. Never throws: a failure is in the result. */
    public static HttpRehearsalResult run(Posix posix, HttpRehearsalOptions options) {
        return new HttpRehearsalResult(0, 0, java.time.Duration.ZERO, java.util.Optional.of("nothing to rehearse yet"));
    }
}
