package io.baton;

/** Tells the data path when to ask clients to leave. Thread-safe; {@link #drainClose} is cheap enough for every response. */
public final class DrainManager {

    DrainManager() {}

    /** Whether this process is draining. */
    public boolean draining() {
        throw new UnsupportedOperationException("draining");
    }

    /**
     * Whether the connection at hand should be closed after its response: never before draining; always with
     * {@link DrainStrategy#IMMEDIATE}; else with a chance of elapsed / drain time.
     */
    public boolean drainClose() {
        throw new UnsupportedOperationException("drainClose");
    }
}
