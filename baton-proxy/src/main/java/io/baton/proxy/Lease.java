package io.baton.proxy;

import io.baton.http.UpstreamLease;
import io.baton.http.UpstreamOutcome;
import io.baton.posix.SocketAddress;
import java.util.Optional;

/** One request's use of an endpoint, which is a member of the cluster unless it came from another process; of one event loop. */
final class Lease implements UpstreamLease {
    private final Cluster cluster;
    private final SocketAddress address;
    private final Optional<Member> member;
    private boolean ended;

    /** The cluster has counted it already. */
    Lease(Cluster cluster, SocketAddress address, Optional<Member> member) {
        this.cluster = cluster;
        this.address = address;
        this.member = member;
        member.ifPresent(used -> used.busy.getAndIncrement());
        cluster.stats().requestsActive.increment();
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public void connectFailed(String reason) {
        cluster.connectFailed(address, reason.contains("timed out"));
    }

    @Override
    public void ended(UpstreamOutcome outcome) {
        if (ended) {
            throw new IllegalStateException("the lease of %s has ended before".formatted(address));
        }
        ended = true;
        member.ifPresent(used -> used.busy.getAndDecrement());
        cluster.released();
        ClusterStats stats = cluster.stats();
        stats.requestsActive.decrement();
        switch (outcome) {
            case COMPLETED, CANCELLED -> {
                stats.requests.increment();
                member.ifPresent(used -> used.requestsTotal.increment());
            }
            case CLOSED, MALFORMED -> failed(stats);
            case TIMEOUT -> {
                stats.requestTimeouts.increment();
                failed(stats);
            }
            // The request has not been sent, or has not been taken: it goes on with another lease.
            case STALE -> stats.requestRetries.increment();
            case CONNECT_FAILED -> {}
            case MOVED -> {} // the other process counts it
        }
    }

    private void failed(ClusterStats stats) {
        stats.requests.increment();
        member.ifPresent(used -> {
            used.requestsTotal.increment();
            used.requestsFailedTotal.increment();
        });
    }
}
