package io.baton.proxy;

import io.baton.Counter;
import io.baton.ImportMode;
import io.baton.Stats;
import io.baton.posix.Errno;
import io.baton.posix.SocketAddress;
import io.baton.relay.UpstreamSelector;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One cluster's endpoints in turn, shared by all workers: each connection begins one further than the last, and when an
 * endpoint does not accept goes on to the next, until it has tried all. Counts what Envoy counts, under its names.
 */
final class RoundRobin implements UpstreamSelector {
    private final List<SocketAddress> endpoints;
    private final AtomicInteger turn = new AtomicInteger();
    private final Counter attempts;
    private final Counter failures;
    private final Counter timeouts;

    RoundRobin(ClusterConfig cluster, Stats stats) {
        this.endpoints = cluster.endpoints().stream().map(Endpoint::address).toList();
        String prefix = "cluster." + cluster.name() + ".";
        this.attempts = stats.counter(prefix + "upstream_cx_total");
        this.failures = stats.counter(prefix + "upstream_cx_connect_fail");
        this.timeouts = stats.counter(prefix + "upstream_cx_connect_timeout");
        stats.gauge(prefix + "membership_total", ImportMode.NEVER_IMPORT).set(endpoints.size());
    }

    @Override
    public Iterator<SocketAddress> candidates() {
        return new Turn(Math.floorMod(turn.getAndIncrement(), endpoints.size()));
    }

    @Override
    public void connected(SocketAddress endpoint) {
        attempts.increment();
    }

    @Override
    public void failed(SocketAddress endpoint, Errno reason) {
        attempts.increment();
        failures.increment();
        if (reason == Errno.ETIMEDOUT) {
            timeouts.increment();
        }
    }

    /** Every endpoint once, from {@code first} on. Of one connection, so of one thread. */
    private final class Turn implements Iterator<SocketAddress> {
        private final int first;
        private int given;

        Turn(int first) {
            this.first = first;
        }

        @Override
        public boolean hasNext() {
            return given < endpoints.size();
        }

        @Override
        public SocketAddress next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all %d endpoints are tried".formatted(given));
            }
            return endpoints.get((first + given++) % endpoints.size());
        }
    }
}
