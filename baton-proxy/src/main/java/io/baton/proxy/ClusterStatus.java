package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.util.List;

/** A cluster as the admin shows it, at one moment. */
public record ClusterStatus(String name, ClusterConfig.Circuit circuit, List<EndpointStatus> endpoints) {
    public ClusterStatus {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * One of its endpoints; numbers are of this process alone.
     *
     * @param written as the config has it
     * @param healthy what the active checks say; true without them
     * @param setAside refused connections, others come first
     * @param connections open ones, idle ones too
     * @param busy TCP connections and HTTP requests under way
     */
    public record EndpointStatus(
            String written,
            SocketAddress address,
            int weight,
            boolean healthy,
            boolean setAside,
            int connections,
            int busy,
            long connectionsTotal,
            long connectFailures,
            long requestsTotal,
            long requestsFailed) {}

    static ClusterStatus of(Cluster cluster) {
        return new ClusterStatus(
                cluster.name(),
                cluster.config().circuit(),
                cluster.members().stream().map(ClusterStatus::endpoint).toList());
    }

    private static EndpointStatus endpoint(Member member) {
        return new EndpointStatus(
                member.endpoint.written(),
                member.address(),
                member.weight,
                member.healthy,
                member.setAside,
                member.connections.get(),
                member.busy.get(),
                member.connectionsTotal.sum(),
                member.connectFailuresTotal.sum(),
                member.requestsTotal.sum(),
                member.requestsFailedTotal.sum());
    }
}
