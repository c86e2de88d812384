package io.baton;

import io.baton.posix.Fd;
import java.util.Optional;

/** Where inherited sockets come from. */
@FunctionalInterface
interface ParentSockets {
    ParentSockets NONE = (url, workerIndex) -> Optional.empty();

    /**
     * A duplicate of the parent's socket, which the caller owns; empty when the parent has none such, or is gone.
     *
     * @throws HotRestartException when the parent does not answer in time
     */
    Optional<Fd> inherit(String url, int workerIndex) throws HotRestartException;
}
