package io.baton.relay;

import io.baton.relay.LoopCounters.Count;
import java.util.Collections;

/** What one loop knows of a destination. The counts have a single writer, the loop. */
record Target(String name, UpstreamSelector upstreams, long connectNanos, Count bytesUp, Count bytesDown) {
    /** Of a connection that is not decided yet, or not in use. */
    static final Target NONE = gone("");

    static Target of(Destination destination) {
        return new Target(
                destination.name(),
                destination.upstreams(),
                destination.connectTimeout().toNanos(),
                new Count(),
                new Count());
    }

    /** Of an earlier configuration: its connections keep the endpoint they have, and there is no other to try. */
    static Target gone(String name) {
        return new Target(name, Collections::emptyIterator, 0, new Count(), new Count());
    }

    DestinationNumbers numbers() {
        return new DestinationNumbers(bytesUp.read(), bytesDown.read());
    }
}
