package io.baton.proxy;

/**
 * What is not in the config, because it is of the machine.
 *
 * @param concurrency workers, each with an event loop
 * @param backlog connections that may wait to be accepted on one socket; the kernel's somaxconn caps it
 */
public record ProxyOptions(int concurrency, int backlog) {
    static final int MAX_CONCURRENCY = 1024;

    public ProxyOptions {
        BatonConfig.require(
                concurrency >= 1 && concurrency <= MAX_CONCURRENCY,
                "a concurrency from 1 to %d".formatted(MAX_CONCURRENCY));
        BatonConfig.require(backlog >= 1, "a backlog of at least 1");
    }

    /** A worker per processor. */
    public static ProxyOptions defaults() {
        return new ProxyOptions(Runtime.getRuntime().availableProcessors(), 4096);
    }

    public ProxyOptions withConcurrency(int count) {
        return new ProxyOptions(count, backlog);
    }
}
