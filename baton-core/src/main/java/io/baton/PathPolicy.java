package io.baton;

/** What becomes of the path of a UNIX socket when this process is done with the socket. */
public enum PathPolicy {
    /** It is ours to remove: we bound it, or a parent of our own left it to us. */
    OURS,

    /**
     * As nginx does: the path of a socket that no listener claims goes when this process is ready; that of one in use goes with this
     * process, unless the one that started it still lives: it may take the work back.
     */
    LIKE_NGINX,

    /** It stays: whoever gave the socket goes on owning it, as systemd does, or an HAProxy that still lives. */
    LEFT_ALONE
}
