package io.baton.proxy;

import io.baton.http.UpstreamLease;
import io.baton.http.UpstreamOutcome;
import io.baton.posix.SocketAddress;

/** One request's use of a member of a cluster; of one event loop. */
final class Lease implements UpstreamLease {
    private final Cluster cluster;
    private final Member member;
    private boolean ended;

    /** The cluster has counted it already. */
    Lease(Cluster cluster, Member member) {
        this.cluster = cluster;
        this.member = member;
        member.busy.getAndIncrement();
        cluster.stats().requestsActive.increment();
    }

    @Override
    public SocketAddress address() {
        return member.address();
    }

    @Override
    public void connectFailed(String reason) {
        cluster.connectFailed(member.address(), reason.contains("timed out"));
    }

    @Override
    public void ended(UpstreamOutcome outcome) {
        if (ended) {
            throw new IllegalStateException("the lease of %s has ended before".formatted(member.address()));
        }
        ended = true;
        member.busy.getAndDecrement();
        cluster.released();
        ClusterStats stats = cluster.stats();
        stats.requestsActive.decrement();
        switch (outcome) {
            case COMPLETED, CANCELLED -> {
                stats.requests.increment();
                member.requestsTotal.increment();
            }
            case CLOSED, MALFORMED -> failed(stats);
            case TIMEOUT -> {
                stats.requestTimeouts.increment();
                failed(stats);
            }
            // The request has not been sent, or has not been taken: it goes on with another lease.
            case STALE -> stats.requestRetries.increment();
            case CONNECT_FAILED -> {}
        }
    }

    private void failed(ClusterStats stats) {
        stats.requests.increment();
        member.requestsTotal.increment();
        member.requestsFailedTotal.increment();
    }
}
