package io.baton.http;

/**
 * How an {@link HttpProxy} is sized.
 *
 * @param workers event loops, one platform thread each
 * @param maxConnections clients' connections over all workers; fewer when RLIMIT_NOFILE leaves no room for them
 * @param bufferBytes what is held at most for one direction of one connection before its source is no longer read, give or take one read
 * @param reservedFds descriptors left to the rest of the process when RLIMIT_NOFILE is divided
 * @param firstId of the connections accepted here: one that moves keeps its own, so each generation's are best from a range of its own
 */
public record HttpProxyOptions(int workers, int maxConnections, int bufferBytes, int reservedFds, long firstId) {
    public HttpProxyOptions {
        check("workers", workers, 1, 1024);
        check("maxConnections", maxConnections, 1, 1 << 20);
        check("bufferBytes", bufferBytes, 4 << 10, 16 << 20);
        check("reservedFds", reservedFds, 16, 1 << 20);
    }

    /** One worker per processor, as many connections as the fds allow, 64 KiB a direction. */
    public static HttpProxyOptions defaults() {
        return new HttpProxyOptions(Runtime.getRuntime().availableProcessors(), 1 << 20, 64 << 10, 128, 1);
    }

    public HttpProxyOptions withWorkers(int count) {
        return new HttpProxyOptions(count, maxConnections, bufferBytes, reservedFds, firstId);
    }

    public HttpProxyOptions withMaxConnections(int count) {
        return new HttpProxyOptions(workers, count, bufferBytes, reservedFds, firstId);
    }

    public HttpProxyOptions withBufferBytes(int bytes) {
        return new HttpProxyOptions(workers, maxConnections, bytes, reservedFds, firstId);
    }

    public HttpProxyOptions withFirstId(long id) {
        return new HttpProxyOptions(workers, maxConnections, bufferBytes, reservedFds, id);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }
}
