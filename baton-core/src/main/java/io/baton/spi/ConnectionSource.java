package io.baton.spi;

import java.time.Duration;
import java.util.List;

/** A data path that gives its connections away. Called on the hot restart's thread, one call at a time. */
public interface ConnectionSource {

    /** The kind of all its connections, in the version that it writes. */
    ConnectionKind kind();

    /** How many connections might still move, now or later; an estimate, for progress. Any thread; must not block. */
    int movable();

    /**
     * Quiesces some connections that can move now. Each fd has left its epoll (EPOLL_CTL_DEL) before this returns: an epoll keeps firing
     * for an fd whose duplicate lives on in another process, and close(2) does not stop it.
     *
     * <p>A connection that was {@linkplain MigratableConnection#resume resumed} after a refusal must not be offered again in the same
     * handover, or the two processes would play ball with it. It may be offered in the next: see {@link #handoverEnded}.
     *
     * @param limit what fits; together they never exceed it
     * @param patience how long this may take at most
     * @return empty when none can move now. What is not returned goes on as before
     */
    List<MigratableConnection> quiesce(BatchLimit limit, Duration patience);

    /**
     * Has {@code wake} called when a connection can be moved that could not before, new ones included. Called once, when the source is
     * registered; {@code wake} may be called from any thread, never blocks, and need not be called but between the first {@link
     * #quiesce} of a handover and {@link #handoverEnded}.
     */
    void onMovable(Runnable wake);

    /** No more is asked for in this handover; every connection quiesced has been resumed or released. */
    void handoverEnded();
}
