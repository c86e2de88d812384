package io.baton.spi;

/**
 * A connection that was taken over but is not ours yet. Exactly one of its methods is called, on the thread that called {@link
 * ConnectionRestorer#restore}; neither may block.
 */
public interface RestoredConnection {

    /** The other process knows that it is ours: put it to work, with what has happened meanwhile still in its sockets. */
    void activate();

    /** It remains the other's: close our duplicates with close(2) alone, and forget it. */
    void discard();
}
