package io.baton.relay;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connections of one loop by slot number. Slots are reused, last freed first. Loop thread only. */
final class ConnectionTable {
    /** Far beyond any RLIMIT_NOFILE, well within the bits of {@link EventTag}. */
    static final int MAX_SLOTS = 1 << 24;

    private @Nullable Connection[] slots = new @Nullable Connection[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;

    /** A connection that is not in use; its caller puts it to use. */
    Connection allocate() {
        if (freeCount > 0) {
            Connection connection = slots[free[--freeCount]];
            if (connection != null) {
                return connection;
            }
        }
        if (used == slots.length) {
            slots = Arrays.copyOf(slots, used * 2);
        }
        Connection connection = new Connection(used);
        slots[used++] = connection;
        return connection;
    }

    void free(Connection connection) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = connection.slot;
    }

    /** The endpoint that was registered with {@code eventData}, or null when its socket is gone since. */
    @Nullable
    Endpoint find(EventTag tag, long eventData) {
        int slot = EventTag.slot(eventData);
        Connection connection = slot < used ? slots[slot] : null;
        if (connection == null) {
            return null;
        }
        Endpoint endpoint = connection.endpoint(tag);
        return endpoint.generation == EventTag.generation(eventData) ? endpoint : null;
    }

    /** The connection of a slot less than {@link #used}; perhaps not in use. */
    @Nullable
    Connection at(int slot) {
        return slots[slot];
    }

    /** How many slots there are. */
    int used() {
        return used;
    }

    void forEachInUse(Consumer<Connection> action) {
        for (int slot = 0; slot < used; slot++) {
            Connection connection = slots[slot];
            if (connection != null && connection.state != Connection.State.FREE) {
                action.accept(connection);
            }
        }
    }
}
