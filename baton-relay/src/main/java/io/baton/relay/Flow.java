package io.baton.relay;

import org.jspecify.annotations.Nullable;

/** One direction of a connection. No byte of it is ever in user space between two events. Loop thread only. */
final class Flow {
    final Endpoint source;
    final Endpoint destination;

    /** Attached while bytes are in flight. */
    @Nullable
    Pipe pipe;

    long bytesInPipe;

    /** Bulk: bytes go by splice instead of through the loop's buffer. */
    boolean splicing;

    /** The destination takes no more for now: wait for it to be writable, and do not read the source. */
    boolean blocked;

    /** The source said end of stream, and all before it was delivered. */
    boolean ended;

    /** Taken by the destination's socket. */
    long bytesDelivered;

    Flow(Endpoint source, Endpoint destination) {
        this.source = source;
        this.destination = destination;
    }

    void reset() {
        splicing = false;
        blocked = false;
        ended = false;
        bytesDelivered = 0;
    }

    /** Becomes as {@code snapshot} says; its pipe comes separately. */
    void restore(FlowSnapshot snapshot) {
        splicing = snapshot.splicing();
        blocked = snapshot.blocked();
        ended = snapshot.ended();
        bytesDelivered = snapshot.bytesDelivered();
    }
}
