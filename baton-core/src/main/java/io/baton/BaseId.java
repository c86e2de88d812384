package io.baton;

/**
 * Names a lineage: the processes that replace one another. Shared memory and socket names carry it times ten, as Envoy's do.
 *
 * @param value Envoy's {@code --base-id}, unscaled
 */
public record BaseId(long value) {
    /** The largest whose tenfold fits the uint32 that Envoy keeps it in. */
    private static final long MAX = 0xFFFF_FFFFL / 10;

    public BaseId {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException("base id is %d, expected 0 to %d".formatted(value, MAX));
        }
    }

    /** What names of shared memory and sockets are made from. */
    public long scaled() {
        return value * 10;
    }
}
