package io.baton.http;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Where requests can go. Called on event loops: thread-safe, and must not block. */
public interface UpstreamCluster {

    String name();

    /**
     * Chooses an endpoint.
     *
     * @param tried endpoints that did not accept a connection for this request; empty at first
     * @return an endpoint, whose lease is then ended exactly once; or why there is none, which is answered 503 (502 when endpoints were
     *     tried)
     */
    Pick pick(Set<SocketAddress> tried);

    /**
     * A request goes on here that another process had sent to {@code endpoint}, whether or not the cluster has that one.
     *
     * @return a lease of it, which is ended exactly once
     */
    default UpstreamLease adopt(SocketAddress endpoint) {
        return new UpstreamLease() {
            @Override
            public SocketAddress address() {
                return endpoint;
            }

            @Override
            public void ended(UpstreamOutcome outcome) {}
        };
    }

    /** How long one endpoint may take to accept a connection. */
    Duration connectTimeout();

    /** What its endpoints speak. */
    default UpstreamProtocol protocol() {
        return UpstreamProtocol.HTTP_1_1;
    }

    /** How TLS is spoken to {@code endpoint}; empty: not at all. The same as long as the cluster is there. */
    default Optional<TlsClient> tls(SocketAddress endpoint) {
        return Optional.empty();
    }

    /** With {@link UpstreamProtocol#HTTP_2}, how many requests one connection carries at once; fewer when its endpoint says so. */
    default int maxStreams() {
        return 100;
    }

    /** What is kept of its connections. */
    default UpstreamPoolLimits pool() {
        return UpstreamPoolLimits.DEFAULTS;
    }
}
