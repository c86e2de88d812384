package io.baton.posix;

/** Which halves {@code shutdown(2)} closes. */
public enum ShutdownHow {
    READ(0),
    WRITE(1),
    BOTH(2);

    final int code;

    ShutdownHow(int code) {
        this.code = code;
    }
}
