package io.baton.http;

/**
 * Whether the connection at hand closes after its response; asked once for each response while draining, on the event loop.
 * {@code DrainManager::drainClose} of the hot restart is one.
 */
@FunctionalInterface
public interface DrainDecision {
    /** Every response closes its connection. */
    DrainDecision ALWAYS = () -> true;

    boolean closeAfterResponse();
}
