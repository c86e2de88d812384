package io.baton.relay;

/**
 * One direction of a connection between two events.
 *
 * @param bytesDelivered taken by the destination's socket so far
 * @param bytesInPipe on their way; with any, the pipe's fds travel along
 * @param splicing bulk
 * @param blocked the destination takes no more for now
 * @param ended the source said end of stream, and all before it was delivered
 */
record FlowSnapshot(long bytesDelivered, int bytesInPipe, boolean splicing, boolean blocked, boolean ended) {
    /** No pipe holds more: fs.pipe-max-size is a million by default, and we ask for at most 16. */
    static final int MAX_PIPE_BYTES = 64 << 20;

    FlowSnapshot {
        require(bytesDelivered >= 0, "bytesDelivered", bytesDelivered, "0 or more");
        require(
                bytesInPipe >= 0 && bytesInPipe <= MAX_PIPE_BYTES,
                "bytesInPipe",
                bytesInPipe,
                "0 to " + MAX_PIPE_BYTES);
        require(bytesInPipe == 0 || blocked, "bytesInPipe", bytesInPipe, "0 in a flow that is not blocked");
        require(!ended || !blocked, "ended", true, "false in a flow that is blocked");
    }

    static FlowSnapshot of(Flow flow) {
        return new FlowSnapshot(
                flow.bytesDelivered, Math.toIntExact(flow.bytesInPipe), flow.splicing, flow.blocked, flow.ended);
    }

    boolean hasPipe() {
        return bytesInPipe > 0;
    }

    private static void require(boolean good, String what, Object value, String expected) {
        if (!good) {
            throw new IllegalArgumentException("%s is %s, expected %s".formatted(what, value, expected));
        }
    }
}
