package io.baton.posix;

/** What came of locking a robust mutex. */
public enum MutexResult {
    /** Held. */
    ACQUIRED,
    /** Held, and made consistent: the previous owner died holding it, so what it guards may be half done. */
    OWNER_DIED,
    /** Not held. */
    TIMED_OUT
}
