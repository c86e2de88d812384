package io.baton.posix;

/** How a process ended; wait(2). */
public sealed interface ExitStatus {

    /** It called exit. */
    record Exited(int code) implements ExitStatus {}

    /** A signal killed it. */
    record Signaled(int signal) implements ExitStatus {}
}
