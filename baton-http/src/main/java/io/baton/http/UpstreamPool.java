package io.baton.http;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop, the last used first: those at the other end grow old and are closed. Each is watched, so one that
 * the endpoint closes, or says something on unasked, leaves at once. Event loop only.
 */
final class UpstreamPool {
    /** What a connection is good for: two clusters may have an endpoint in common, and speak TLS to it each in its own way. */
    private record Key(SocketAddress address, Optional<TlsClient> tls) {
        static Key of(UpstreamConnection connection) {
            return new Key(connection.address(), connection.tls());
        }
    }

    private final DeadlineWheel deadlines;
    private final Map<Key, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();

    UpstreamPool(DeadlineWheel deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * A connection to {@code address}, or null.
     *
     * @param tls how it is spoken to
     * @param maxIdleNanos one that was idle for longer is of no use to the caller, but stays
     */
    @Nullable
    UpstreamConnection take(SocketAddress address, Optional<TlsClient> tls, long maxIdleNanos) {
        ArrayDeque<UpstreamConnection> connections = idle.get(new Key(address, tls));
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
        ArrayDeque<UpstreamConnection> connections = idle.computeIfAbsent(Key.of(connection), _ -> new ArrayDeque<>());
        if (connections.size() >= limits.maxIdle()) {
            connections.removeFirst().close();
        }
        connections.addLast(connection);
        deadlines.set(connection.deadline(), limits.idleTimeout().toNanos());
    }

    /** The connection ended; does nothing when it is not idle. */
    void remove(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> connections = idle.get(Key.of(connection));
        if (connections != null && connections.remove(connection) && connections.isEmpty()) {
            idle.remove(Key.of(connection));
        }
    }

    void closeAll() {
        List<UpstreamConnection> all =
                idle.values().stream().flatMap(ArrayDeque::stream).toList();
        idle.clear();
        all.forEach(UpstreamConnection::close);
    }
}
