package io.baton.relay;

import java.util.Collections;

/** What one loop knows of a listener. */
record Route(String listener, UpstreamSelector upstreams, long idleNanos, long connectNanos, LoopCounters counters) {
    /** Of a connection not in use. */
    static final Route NONE = new Route("", Collections::emptyIterator, 0, 0, new LoopCounters());

    static Route of(RelayListener listener) {
        return new Route(
                listener.name(),
                listener.upstreams(),
                listener.idleTimeout().toNanos(),
                listener.connectTimeout().toNanos(),
                new LoopCounters());
    }
}
