package io.baton.spi;

/** A data path that takes connections over. Called on a hot restart's thread, one call at a time. */
public interface ConnectionRestorer {

    /** The kind it takes, in the newest version that it reads. */
    ConnectionKind kind();

    /** Whether it reads snapshots of {@code version}; true for that of {@link #kind}. */
    boolean adopts(int version);

    /**
     * Builds the connection from its snapshot without touching it: no read, write, epoll, socket option or shutdown, since the other
     * process may still have to go on with it. Must not block.
     *
     * @return the connection, which owns the snapshot's fds from now on
     * @throws RestoreException to refuse it: the other process keeps it. The fds are then closed by the caller
     */
    RestoredConnection restore(Snapshot snapshot) throws RestoreException;
}
