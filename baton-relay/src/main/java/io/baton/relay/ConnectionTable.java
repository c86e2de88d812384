package io.baton.relay;

/** The connections of one loop by slot number. */
final class ConnectionTable {
    static final int MAX_SLOTS = 1 << 24;

    private ConnectionTable() {}
}
