package io.baton.proxy;

import java.util.OptionalInt;

/**
 * What the proxy may take.
 *
 * @param connections at most so many at once, of all listeners; when empty, what the limit on open files allows
 * @param pipeBytes wanted capacity of a kernel pipe; a connection has up to two while bytes are in flight
 */
public record LimitsConfig(OptionalInt connections, int pipeBytes) {
    static final int MAX_CONNECTIONS = 1_000_000;
    static final int MIN_PIPE_BYTES = 4 << 10;
    static final int MAX_PIPE_BYTES = 1 << 20;

    public static final LimitsConfig DEFAULT = new LimitsConfig(OptionalInt.empty(), 256 << 10);

    public LimitsConfig {
        int count = connections.orElse(1);
        BatonConfig.require(
                count >= 1 && count <= MAX_CONNECTIONS, "connections from 1 to %d".formatted(MAX_CONNECTIONS));
        BatonConfig.require(
                pipeBytes >= MIN_PIPE_BYTES && pipeBytes <= MAX_PIPE_BYTES,
                "a pipe from %s to %s".formatted(Sizes.format(MIN_PIPE_BYTES), Sizes.format(MAX_PIPE_BYTES)));
    }
}
