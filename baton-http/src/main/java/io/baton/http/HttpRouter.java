package io.baton.http;

import java.util.Optional;

/** Says where a request goes. Called on event loops: thread-safe, and must not block. */
@FunctionalInterface
public interface HttpRouter {

    /**
     * Chooses a cluster.
     *
     * @param head of the request; valid during this call only
     * @return where to; empty is answered 404
     */
    Optional<UpstreamCluster> route(RequestHead head);

    /**
     * Chooses a cluster for a CONNECT, which has no path: its endpoint answers it, and with 2xx the connection is a tunnel.
     *
     * @return where to; empty, as it is unless overridden, is answered 501: such requests are for forward proxies
     */
    default Optional<UpstreamCluster> connect(RequestHead head) {
        return Optional.empty();
    }

    /**
     * Where all bytes of each connection go, of a listener that speaks no HTTP; which has them pass through TLS, for what is not secured can
     * be relayed with less.
     *
     * @return empty, as it is unless overridden: it speaks HTTP
     */
    default Optional<UpstreamCluster> tunnel() {
        return Optional.empty();
    }

    /**
     * The cluster of that name, for a request that another process routed there. One that is not found has the connection stay where it is
     * until its response is whole.
     */
    default Optional<UpstreamCluster> cluster(String name) {
        return Optional.empty();
    }
}
