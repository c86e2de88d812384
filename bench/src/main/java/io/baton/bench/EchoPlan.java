package io.baton.bench;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What an {@link EchoLoad} does.
 *
 * @param target where to; behind it must be an {@link EchoOrigin}
 * @param streams how many connections are open at any time
 * @param chunkBytes how much each sends ...
 * @param chunkInterval ... this often, as long as not more than 256 KiB of it have not come back yet
 * @param lifetime a stream ends by itself after about this long (50 to 100 % of it) and another takes its place: half-closes, and
 *     must get every byte and the end back; {@link #WHOLE_RUN}: only when the load is stopped
 * @param timeout bytes that do not come back for so long fail their stream, and so does a connect
 * @param seed of the content
 */
public record EchoPlan(
        InetSocketAddress target,
        int streams,
        int chunkBytes,
        Duration chunkInterval,
        Duration lifetime,
        Duration timeout,
        long seed) {
    /** A lifetime: as long as the load runs. */
    public static final Duration WHOLE_RUN = Duration.ofDays(1);

    static final int MAX_STREAMS = 10_000;
    static final int MAX_CHUNK_BYTES = 64 * 1024;

    public EchoPlan {
        requireNonNull(target, "target is null");
        if (streams < 1 || streams > MAX_STREAMS) {
            throw new IllegalArgumentException("streams=%d, expected 1 to %d".formatted(streams, MAX_STREAMS));
        }
        if (chunkBytes < 1 || chunkBytes > MAX_CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "chunkBytes=%d, expected 1 to %d".formatted(chunkBytes, MAX_CHUNK_BYTES));
        }
        if (!chunkInterval.isPositive() || !lifetime.isPositive() || !timeout.isPositive()) {
            throw new IllegalArgumentException("chunkInterval=%s, lifetime=%s, timeout=%s, expected more than 0 each"
                    .formatted(chunkInterval, lifetime, timeout));
        }
    }

    /** Streams that last as long as the load, 1 KiB each every 20 ms. */
    public static EchoPlan wholeRun(InetSocketAddress target, int streams) {
        return new EchoPlan(target, streams, 1024, Duration.ofMillis(20), WHOLE_RUN, Duration.ofSeconds(10), 0x5eedL);
    }

    public EchoPlan withLifetime(Duration lifetime) {
        return new EchoPlan(target, streams, chunkBytes, chunkInterval, lifetime, timeout, seed);
    }

    public EchoPlan withChunks(int chunkBytes, Duration chunkInterval) {
        return new EchoPlan(target, streams, chunkBytes, chunkInterval, lifetime, timeout, seed);
    }

    public EchoPlan withTimeout(Duration timeout) {
        return new EchoPlan(target, streams, chunkBytes, chunkInterval, lifetime, timeout, seed);
    }
}
