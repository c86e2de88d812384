package io.baton.relay;

/**
 * How a {@link Relay} is sized.
 *
 * @param workers event loops, one platform thread each
 * @param maxConnections connections over all workers; the relay takes fewer when RLIMIT_NOFILE leaves no room for them
 * @param bufferBytes the one buffer of each loop: the largest read that is copied instead of spliced
 * @param pipeBytes wanted capacity of a pipe; the kernel may give an unprivileged user less (pipe-user-pages-soft)
 * @param acceptsPerEvent connections accepted before other sockets get their turn
 * @param reservedFds descriptors left to the rest of the process when RLIMIT_NOFILE is divided
 * @param firstId of the connections accepted here. Ids move with their connections: relays that hand theirs to one another need ranges of
 *     their own
 */
public record RelayOptions(
        int workers,
        int maxConnections,
        int bufferBytes,
        int pipeBytes,
        int acceptsPerEvent,
        int reservedFds,
        long firstId) {

    static final int PAGE_BYTES = 4096;
    private static final int MAX_WORKERS = 1024;
    private static final int MAX_BYTES = 16 << 20;

    public RelayOptions {
        check("workers", workers, 1, MAX_WORKERS);
        check("maxConnections", maxConnections, 1, ConnectionTable.MAX_SLOTS);
        check("bufferBytes", bufferBytes, PAGE_BYTES, MAX_BYTES);
        check("pipeBytes", pipeBytes, PAGE_BYTES, MAX_BYTES);
        check("acceptsPerEvent", acceptsPerEvent, 1, 1024);
        check("reservedFds", reservedFds, 16, 1 << 20);
        if (firstId < 0) {
            throw new IllegalArgumentException("firstId is %d, expected 0 or more".formatted(firstId));
        }
    }

    /** One worker per processor, as many connections as the fds allow. */
    public static RelayOptions defaults() {
        return new RelayOptions(
                Runtime.getRuntime().availableProcessors(), ConnectionTable.MAX_SLOTS, 64 << 10, 256 << 10, 16, 128, 0);
    }

    public RelayOptions withWorkers(int count) {
        return new RelayOptions(count, maxConnections, bufferBytes, pipeBytes, acceptsPerEvent, reservedFds, firstId);
    }

    public RelayOptions withMaxConnections(int count) {
        return new RelayOptions(workers, count, bufferBytes, pipeBytes, acceptsPerEvent, reservedFds, firstId);
    }

    public RelayOptions withBufferBytes(int bytes) {
        return new RelayOptions(workers, maxConnections, bytes, pipeBytes, acceptsPerEvent, reservedFds, firstId);
    }

    public RelayOptions withPipeBytes(int bytes) {
        return new RelayOptions(workers, maxConnections, bufferBytes, bytes, acceptsPerEvent, reservedFds, firstId);
    }

    public RelayOptions withFirstId(long id) {
        return new RelayOptions(workers, maxConnections, bufferBytes, pipeBytes, acceptsPerEvent, reservedFds, id);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }
}
