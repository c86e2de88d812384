package io.baton;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How connections move.
 *
 * @param enabled false: they stay and drain, as with an Envoy; so they do when the other side says so
 * @param batch connections in one message, 1 to {@value #MAX_BATCH}; more of them pause longer
 * @param ratePerSecond at most so many connections are offered in a second; 0: as fast as they go
 * @param stallTimeout how long the other side may take over an answer. Until then the connections of the unanswered batches pause
 */
public record MigrationOptions(boolean enabled, int batch, int ratePerSecond, Duration stallTimeout) {
    public static final int MAX_BATCH = HandoverMessage.MAX_CONNECTIONS;

    public MigrationOptions {
        requireNonNull(stallTimeout, "stallTimeout is null");
        if (batch < 1 || batch > MAX_BATCH) {
            throw new IllegalArgumentException("batch is %d connections, expected 1 to %d".formatted(batch, MAX_BATCH));
        }
        if (ratePerSecond < 0) {
            throw new IllegalArgumentException(
                    "rate is %d connections a second, expected 1 or more, or 0 for no limit".formatted(ratePerSecond));
        }
        if (!stallTimeout.isPositive()) {
            throw new IllegalArgumentException("stall timeout is %s, expected more than 0".formatted(stallTimeout));
        }
    }

    /** On, 64 at a time, as fast as they go, 3 s. */
    public static MigrationOptions defaults() {
        return new MigrationOptions(true, 64, 0, Duration.ofSeconds(3));
    }

    public MigrationOptions withEnabled(boolean value) {
        return new MigrationOptions(value, batch, ratePerSecond, stallTimeout);
    }

    public MigrationOptions withBatch(int value) {
        return new MigrationOptions(enabled, value, ratePerSecond, stallTimeout);
    }

    public MigrationOptions withRatePerSecond(int value) {
        return new MigrationOptions(enabled, batch, value, stallTimeout);
    }

    public MigrationOptions withStallTimeout(Duration value) {
        return new MigrationOptions(enabled, batch, ratePerSecond, value);
    }
}
