package io.baton.relay;

/** Told what happens in a relay, on the loop thread it happens on: implementations are thread-safe and must not block. */
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

    /** Why a worker does not accept. */
    enum PauseReason {
        /** The relay has as many connections as it may have. */
        CONNECTION_LIMIT,
        /** The kernel gave no further fd: EMFILE, ENFILE, or no memory for one. */
        OUT_OF_FDS
    }
}
