package io.baton.http;

import io.baton.posix.SocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop, the last used first: those at the other end grow old and are closed. Each is watched, so one that
 * the endpoint closes, or says something on unasked, leaves at once. Event loop only.
 */
final class UpstreamPool {
    private final DeadlineWheel deadlines;
    private final Map<SocketAddress, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();

    UpstreamPool(DeadlineWheel deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * A connection to {@code address}, or null.
     *
     * @param maxIdleNanos one that was idle for longer is of no use to the caller, but stays
     */
    @Nullable
    UpstreamConnection take(SocketAddress address, long maxIdleNanos) {
        ArrayDeque<UpstreamConnection> connections = idle.get(address);
        if (connections == null) {
            return null;
        }
        UpstreamConnection last = connections.peekLast();
        if (last == null || last.idleNanos() > maxIdleNanos) {
            return null;
        }
        connections.removeLast();
        deadlines.clear(last.deadline());
        return last;
    }

    void give(UpstreamConnection connection, UpstreamPoolLimits limits) {
        if (limits.maxIdle() == 0) {
            connection.close();
            return;
        }
        ArrayDeque<UpstreamConnection> connections =
                idle.computeIfAbsent(connection.address(), _ -> new ArrayDeque<>());
        if (connections.size() >= limits.maxIdle()) {
            connections.removeFirst().close();
        }
        connections.addLast(connection);
        deadlines.set(connection.deadline(), limits.idleTimeout().toNanos());
    }

    /** The connection ended; does nothing when it is not idle. */
    void remove(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> connections = idle.get(connection.address());
        if (connections != null && connections.remove(connection) && connections.isEmpty()) {
            idle.remove(connection.address());
        }
    }

    void closeAll() {
        List<UpstreamConnection> all =
                idle.values().stream().flatMap(ArrayDeque::stream).toList();
        idle.clear();
        all.forEach(UpstreamConnection::close);
    }
}
