package io.baton.proxy;

import io.baton.http.Pick;
import io.baton.http.UpstreamCluster;
import io.baton.http.UpstreamLease;
import io.baton.http.UpstreamPoolLimits;
import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A cluster as connections without HTTP see it: whatever protocol its endpoints speak for requests, none is agreed on, and nothing is kept. */
record ClusterForBytes(Cluster cluster, ClusterClients clients) implements UpstreamCluster {
    @Override
    public String name() {
        return cluster.name();
    }

    @Override
    public Pick pick(Set<SocketAddress> tried) {
        return cluster.pick(tried);
    }

    @Override
    public UpstreamLease adopt(SocketAddress endpoint) {
        return cluster.adopt(endpoint);
    }

    @Override
    public Duration connectTimeout() {
        return cluster.connectTimeout();
    }

    @Override
    public UpstreamPoolLimits pool() {
        return new UpstreamPoolLimits(0, UpstreamPoolLimits.DEFAULTS.idleTimeout());
    }

    @Override
    public Optional<TlsClient> tls(SocketAddress endpoint) {
        return clients.forBytesTo(endpoint);
    }
}
