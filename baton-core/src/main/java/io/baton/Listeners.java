package io.baton;

import java.util.List;

/**
 * All listening (and bound datagram) sockets of this process: inherited from the parent where it has them, bound where not, and
 * handed to the child when it asks. Thread-safe. Owns every fd until {@link #closeAll}.
 */
public final class Listeners {

    Listeners() {}

    /**
     * The parent's socket for {@code spec}, or else a freshly bound one that needs {@link ListenerSocket#activate}.
     *
     * @throws HotRestartException when the parent does not answer in time, or a live process listens on a UNIX path
     * @throws io.baton.posix.PosixException when binding fails
     */
    public ListenerSocket listen(ListenSpec spec) throws HotRestartException {
        throw new UnsupportedOperationException("listen");
    }

    /**
     * The parent's further sockets on the address of {@code spec}: those of workers that this process does not have. Somebody must
     * accept from each, or what waits in its queue is lost. Call it after {@link #listen} for the own workers.
     */
    public List<ListenerSocket> surplus(ListenSpec spec) throws HotRestartException {
        throw new UnsupportedOperationException("surplus");
    }

    /** Every socket there is. */
    public List<ListenerSocket> all() {
        throw new UnsupportedOperationException("all");
    }

    /** Closes every fd. Paths of UNIX listeners that no child has are removed. Idempotent. */
    public void closeAll() {
        throw new UnsupportedOperationException("closeAll");
    }
}
