package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** An endpoint of a running cluster. Thread-safe; who may change what of its state is said beside it. */
final class Member {
    final int index;
    final Endpoint endpoint;
    final int weight;

    /** Requests and TCP connections under way. */
    final AtomicInteger busy = new AtomicInteger();

    /** Connections, idle ones too. */
    final AtomicInteger connections = new AtomicInteger();

    final LongAdder connectionsTotal = new LongAdder();
    final LongAdder connectFailuresTotal = new LongAdder();
    final LongAdder requestsTotal = new LongAdder();
    final LongAdder requestsFailedTotal = new LongAdder();

    /** In a row. */
    final AtomicInteger connectFailures = new AtomicInteger();

    /** What the active checks say; healthy without them. Written by {@link Cluster} under its lock. */
    volatile boolean healthy = true;

    /** Refused connections, so that others come first. Written by {@link Cluster} under its lock. */
    volatile boolean setAside;

    /** @param weight of all endpoints that turned out to have this address */
    Member(int index, Endpoint endpoint, int weight) {
        this.index = index;
        this.endpoint = endpoint;
        this.weight = weight;
    }

    SocketAddress address() {
        return endpoint.address();
    }
}
