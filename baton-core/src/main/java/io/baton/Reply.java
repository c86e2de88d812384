package io.baton;

import java.util.List;
import java.util.Map;

/** What the parent answers. Field numbers are in {@link MessageCodec}. */
sealed interface Reply extends HotRestartMessage {

    /**
     * The socket itself rides beside the message (SCM_RIGHTS).
     *
     * @param fd the parent's number for it, of no use to the child; -1 when there is no such socket
     */
    record PassListenSocket(int fd) implements Reply {
        static final PassListenSocket NONE = new PassListenSocket(-1);
    }

    /** The admin listener is closed. */
    record ShutdownAdmin(long originalStartUnixSeconds, boolean enableReusePortDefault) implements Reply {}

    /**
     * What the parent has counted.
     *
     * @param memoryAllocated bytes of heap in use
     * @param connections live ones
     * @param counterDeltas since it was last asked
     * @param gauges as they are
     * @param dynamics which parts of the names came from traffic; Envoy's own business, carried for completeness
     */
    record Stats(
            long memoryAllocated,
            long connections,
            Map<String, Long> counterDeltas,
            Map<String, Long> gauges,
            Map<String, List<Span>> dynamics)
            implements Reply {}

    /** Tokens of a stat name, first to last. */
    record Span(int first, int last) {}

    /** Baton's own. The child's end of the handover channel rides beside the message (SCM_RIGHTS). */
    record HandoverChannel() implements Reply {}

    /** None of ours. */
    record Unknown(int field) implements Reply {}
}
