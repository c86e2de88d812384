package io.baton.proxy;

import io.baton.HotRestart;
import io.baton.RehearsalOptions;
import java.util.List;

/** What moves the bytes of one kind of listeners, with its numbers. Thread-safe, as far as the order of calls is {@link Proxy}'s. */
sealed interface DataPath extends AutoCloseable permits TcpPath, HttpPath {
    /** A connection keeps its id when it moves, so each generation counts in a range of its own: the epoch can be seen in it. */
    long IDS_PER_EPOCH = 1L << 40;

    /** And each image of one process (see {@link HotRestart#pack}) in a part of it; of so many parts. */
    int IMAGES = 256;

    /** The id of the first connection that this generation accepts. */
    static long firstId(HotRestart hotRestart) {
        return hotRestart.epoch().value() * IDS_PER_EPOCH + hotRestart.images() % IMAGES * (IDS_PER_EPOCH / IMAGES);
    }

    /**
     * Runs it over loopback for at most {@code limit}.
     *
     * @return empty when it went well, else why it ended early
     */
    Rehearsed rehearse(RehearsalOptions options);

    /** Starts the workers. */
    void start();

    /** Is given those of its kind once, before {@link #add}: what can move, comes and leaves from now on. */
    void expect(List<BoundListener> listeners);

    /** Begins to accept on a listener of its kind. */
    void add(BoundListener listener);

    /** Takes every listening socket out of every event loop before it returns, and begins to ask clients to leave. Idempotent. */
    void stopAccepting();

    /** Takes every listening socket out of every event loop before it returns; {@link #add} brings each back. Idempotent. */
    void pauseAccepting();

    /** Connections that are not yet closed, counted and logged. */
    long connections();

    int maxConnections();

    /** Carries what flowed until now over into the statistics. */
    void publish();

    /** What is to be looked after now and then. */
    default void everySecond() {}

    /** Cuts what is left. Idempotent. */
    @Override
    void close();
}
