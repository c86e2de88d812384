package io.baton;

/** Which process of a lineage: 0 is the first, each hot restart adds one. */
public record RestartEpoch(int value) {
    /** A fourth process would need the socket names of the first: that many live at once. */
    static final int MAX_PROCESSES = 3;

    public static final RestartEpoch FIRST = new RestartEpoch(0);

    public RestartEpoch {
        if (value < 0) {
            throw new IllegalArgumentException("restart epoch is %d, expected 0 or more".formatted(value));
        }
    }

    public boolean isFirst() {
        return value == 0;
    }

    public RestartEpoch next() {
        return new RestartEpoch(value + 1);
    }

    /**
     * The epoch of the parent.
     *
     * @throws IllegalStateException for the first, which has none
     */
    public RestartEpoch previous() {
        if (isFirst()) {
            throw new IllegalStateException("restart epoch 0 has no parent");
        }
        return new RestartEpoch(value - 1);
    }

    /** The part of it that socket names carry. */
    public int slot() {
        return value % MAX_PROCESSES;
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
