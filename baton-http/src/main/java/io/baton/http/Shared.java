package io.baton.http;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all workers of a proxy share. Thread-safe. */
final class Shared {
    private final HttpProxyOptions options;
    private final HttpObserver observer;
    private final Admission admission;
    private final HttpSource source;
    private final AtomicLong connectionIds;
    private volatile @Nullable DrainDecision drain;

    Shared(HttpProxyOptions options, HttpObserver observer, Admission admission, HttpSource source) {
        this.options = options;
        this.observer = observer;
        this.admission = admission;
        this.source = source;
        this.connectionIds = new AtomicLong(options.firstId());
    }

    HttpSource source() {
        return source;
    }

    HttpProxyOptions options() {
        return options;
    }

    HttpObserver observer() {
        return observer;
    }

    Admission admission() {
        return admission;
    }

    long nextConnectionId() {
        return connectionIds.getAndIncrement();
    }

    void drain(DrainDecision decision) {
        drain = decision;
    }

    /** Whether the response at hand closes its connection because the proxy drains. */
    boolean drainClose() {
        DrainDecision decision = drain;
        return decision != null && decision.closeAfterResponse();
    }
}
