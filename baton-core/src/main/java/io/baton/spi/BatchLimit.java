package io.baton.spi;

/**
 * What a batch may hold.
 *
 * @param connections at most so many
 * @param fds their fds, together
 * @param bytes their snapshots' bytes, together
 */
public record BatchLimit(int connections, int fds, int bytes) {
    public BatchLimit {
        if (connections < 0 || fds < 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "batch limit of %d connections, %d fds, %d bytes, expected 0 or more of each"
                            .formatted(connections, fds, bytes));
        }
    }

    /** Whether a connection with so many fds and bytes fits. */
    public boolean admits(int itsFds, int itsBytes) {
        return connections > 0 && itsFds <= fds && itsBytes <= bytes;
    }

    /**
     * What is left after it.
     *
     * @throws IllegalArgumentException when it does not fit
     */
    public BatchLimit minus(int itsFds, int itsBytes) {
        return new BatchLimit(connections - 1, fds - itsFds, bytes - itsBytes);
    }
}
