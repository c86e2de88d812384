package io.baton.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Tells where a connection goes from what its client said first. Called on every loop thread: implementations are thread-safe and must not
 * block.
 */
public interface FirstBytesRouter {

    /**
     * Looks at what a client has said so far. Asked again, from the first byte on, when more has come, also by another process that the
     * connection has moved to.
     *
     * @param bytes at least one; read-only, and to be forgotten afterwards
     */
    Decision decide(ByteBuffer bytes);

    /**
     * The destination of a name: that of a connection which another process has decided. Empty when there is none of that name any
     * more; the connection then stays with the endpoint it has.
     */
    Optional<Destination> destination(String name);

    /** What can be said of some first bytes. */
    sealed interface Decision {

        /** They could be the beginning of anything yet. */
        record NeedMore() implements Decision {}

        /** Of one name there is one destination. */
        record Go(Destination destination) implements Decision {}

        /** There is nothing for a client that begins so: it is reset. */
        record Refuse() implements Decision {}
    }
}
