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
 */
public record RelayOptions(
        int workers, int maxConnections, int bufferBytes, int pipeBytes, int acceptsPerEvent, int reservedFds) {

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
    }

    /** One worker per processor, as many connections as the fds allow. */
    public static RelayOptions defaults() {
        return new RelayOptions(
                Runtime.getRuntime().availableProcessors(), ConnectionTable.MAX_SLOTS, 64 << 10, 256 << 10, 16, 128);
    }

    public RelayOptions withWorkers(int count) {
        return new RelayOptions(count, maxConnections, bufferBytes, pipeBytes, acceptsPerEvent, reservedFds);
    }

    public RelayOptions withMaxConnections(int count) {
        return new RelayOptions(workers, count, bufferBytes, pipeBytes, acceptsPerEvent, reservedFds);
    }

    public RelayOptions withBufferBytes(int bytes) {
        return new RelayOptions(workers, maxConnections, bytes, pipeBytes, acceptsPerEvent, reservedFds);
    }

    public RelayOptions withPipeBytes(int bytes) {
        return new RelayOptions(workers, maxConnections, bufferBytes, bytes, acceptsPerEvent, reservedFds);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }
}
