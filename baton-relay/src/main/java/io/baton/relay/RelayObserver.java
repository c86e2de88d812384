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

    /** A connection ended; called once for each {@link #connectionOpened}, after its fds are closed. */
    default void connectionClosed(ConnectionReport report) {}

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
