package io.baton.tls;

/** What should be a connection's state is none; the message says what is wrong, and nothing of the state. */
public final class TlsSnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    TlsSnapshotException(String message) {
        super(message);
    }
}
