package io.baton.relay;

/**
 * Told what happens in a relay, on the loop thread it happens on: implementations are thread-safe and must not block. What they throw is
 * logged and changes nothing else.
 */
public interface RelayObserver {

    /** Observes nothing. */
    RelayObserver NONE = new RelayObserver() {};

    /** A client was accepted; nothing is known of its upstream yet. */
    default void connectionOpened(String listener) {}

    /**
     * A connection ended, after its fds are closed. For each {@link #connectionOpened} and {@link #connectionRestored} comes one of this and
     * {@link #connectionMoved}.
     */
    default void connectionClosed(ConnectionReport report) {}

    /** A connection has a new owner, another process, which will report it; our duplicates of its fds are closed. */
    default void connectionMoved(String listener) {}

    /** A connection that another process accepted, perhaps several before this one, is ours. */
    default void connectionRestored(String listener) {}

    /** A worker stopped accepting until there is room again. */
    default void acceptPaused(PauseReason reason) {}

    /** A worker accepts again. */
    default void acceptResumed() {}

    /**
     * A worker's event loop died of a defect, and its connections were cut. Clients in the accept queue of a socket that only it accepted
     * from wait for nobody: the process should end. The last call of that worker.
     */
    default void workerDied(int worker, Throwable cause) {}

    /** Why a worker does not accept. */
    enum PauseReason {
        /** The relay has as many connections as it may have. */
        CONNECTION_LIMIT,
        /** The kernel gave no further fd: EMFILE, ENFILE, or no memory for one. */
        OUT_OF_FDS
    }
}
