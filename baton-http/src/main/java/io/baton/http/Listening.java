package io.baton.http;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A listener with its numbers; all workers share it. Thread-safe. */
final class Listening {
    private final HttpListener listener;
    private final LongAdder connections = new LongAdder();
    private final AtomicLong active = new AtomicLong();
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    Listening(HttpListener listener) {
        this.listener = listener;
    }

    HttpListener listener() {
        return listener;
    }

    String name() {
        return listener.name();
    }

    HttpTimeouts timeouts() {
        return listener.timeouts();
    }

    HttpLimits limits() {
        return listener.limits();
    }

    void opened() {
        connections.increment();
        active.incrementAndGet();
    }

    /** One that another process had opened. */
    void restored() {
        active.incrementAndGet();
    }

    /** It ended, or another process has it. */
    void closed() {
        active.decrementAndGet();
    }

    void requestEnded(long in, long out) {
        requests.increment();
        bytesIn.add(in);
        bytesOut.add(out);
    }

    HttpNumbers read() {
        return new HttpNumbers(connections.sum(), active.get(), requests.sum(), bytesIn.sum(), bytesOut.sum());
    }
}
