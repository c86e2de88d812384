package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Posix;
import java.util.Map;

/**
 * An HTTP/1.1 reverse proxy: one event loop thread per worker, each owning its clients' connections and the upstream connections they
 * use. Thread-safe.
 */
public final class HttpProxy implements AutoCloseable {
    private final HttpProxyOptions options;

    /**
     * Nothing is opened before {@link #start()}.
     *
     * @param observer told on event loops
     */
    public HttpProxy(Posix posix, HttpProxyOptions options, HttpObserver observer) {
        requireNonNull(posix, "posix is null");
        requireNonNull(observer, "observer is null");
        this.options = requireNonNull(options, "options is null");
    }

    /**
     * Raises the soft RLIMIT_NOFILE to the hard one and starts the event loops.
     *
     * @throws IllegalStateException when started before, there are no fds for the loops, or RLIMIT_NOFILE leaves no room for a connection
     */
    public void start() {
        requireNonNull(options);
    }

    /**
     * Begins accepting on {@code listener}'s sockets (made non-blocking) before it returns.
     *
     * @throws IllegalArgumentException when the name is taken or there are sockets for more workers than the proxy has
     * @throws IllegalStateException when not started, closed, or after {@link #stopAccepting()}
     */
    public void addListener(HttpListener listener) {
        requireNonNull(options);
    }

    /**
     * Takes every listening socket out of every event loop before it returns; the caller may then close them, or leave them to whoever
     * else holds them. Connections go on. Final, and idempotent.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds
     */
    public void stopAccepting() {
        requireNonNull(options);
    }

    /**
     * From now on {@code decision} is asked for each response whether it says {@code Connection: close}. Idle connections are not closed:
     * each waits for its next request, within its idle timeout. Idempotent; a later decision replaces the one before.
     */
    public void drain(DrainDecision decision) {
        requireNonNull(options);
    }

    /** Clients' connections accepted and not yet ended, over all workers. */
    public int activeConnections() {
        return 0;
    }

    /** How many connections it takes at once: the configured number, or what RLIMIT_NOFILE allows when that is less. */
    public int maxConnections() {
        return options.maxConnections();
    }

    /** The numbers of each listener ever added, by name. */
    public Map<String, HttpNumbers> numbers() {
        return Map.of();
    }

    /** Cuts what connections are left, ends the loops and closes every fd the proxy opened. Idempotent. */
    @Override
    public void close() {}
}
