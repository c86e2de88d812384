package io.baton.relay;

import io.baton.posix.Posix;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Moves bytes between clients and upstreams: one event loop thread per worker, each owning its connections. Thread-safe.
 */
public final class Relay implements AutoCloseable {
    private final AtomicInteger connections;
    private final int limit;

    /**
     * Nothing is opened before {@link #start()}.
     *
     * @param observer told on loop threads
     */
    public Relay(Posix posix, RelayOptions options, RelayObserver observer) {
        connections = new AtomicInteger();
        limit = options.maxConnections();
    }

    /**
     * Raises the soft RLIMIT_NOFILE to the hard one and starts the loops.
     *
     * @throws io.baton.posix.PosixException when there is no fd for a loop; nothing stays open then
     */
    public void start() {
        connections.get();
    }

    /**
     * Begins accepting on {@code listener}'s sockets (made non-blocking, and TCP_NODELAY if TCP) before it returns.
     *
     * @throws IllegalArgumentException when the name is taken or there are sockets for more workers than the relay has
     * @throws IllegalStateException when not started, closed, or after {@link #stopAccepting()}
     */
    public void addListener(RelayListener listener) {
        connections.get();
    }

    /**
     * Takes every listening socket out of every event loop before it returns; the caller may then close them, or leave them to
     * whoever else holds them. Connections go on. Final, and idempotent.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds
     */
    public void stopAccepting() {
        connections.get();
    }

    /** Connections accepted and not yet ended, over all workers. */
    public int activeConnections() {
        return connections.get();
    }

    /** How many connections it takes at once: the configured number, or what RLIMIT_NOFILE allows when that is less. */
    public int maxConnections() {
        return limit;
    }

    /** The numbers of each listener ever added, by name. */
    public Map<String, ListenerNumbers> numbers() {
        return Map.of();
    }

    /** Resets what connections are left, ends the loops and closes every fd the relay opened. Idempotent. */
    @Override
    public void close() {
        connections.get();
    }
}
