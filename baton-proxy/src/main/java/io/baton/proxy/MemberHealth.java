package io.baton.proxy;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the checks of one endpoint come to. One check at a time, so of one thread at a time. */
final class MemberHealth {
    private static final Logger LOG = LoggerFactory.getLogger(MemberHealth.class);

    private final Cluster cluster;
    private final Member member;
    private final HealthConfig config;

    private boolean first = true;
    private boolean wasHealthy;
    private boolean healthy = true;

    /** Checks in a row that say otherwise. */
    private int against;

    MemberHealth(Cluster cluster, Member member, HealthConfig config) {
        this.cluster = cluster;
        this.member = member;
        this.config = config;
    }

    HealthConfig config() {
        return config;
    }

    Endpoint endpoint() {
        return member.endpoint;
    }

    boolean isFirst() {
        return first;
    }

    /**
     * Counts a check. The first one decides alone: a generation that has just started is to know what its parent knows. And
     * who never was healthy here needs one success only, as in Envoy: it is starting, not flapping.
     *
     * @param failure empty when the endpoint is well
     */
    void found(Optional<String> failure) {
        ClusterStats stats = cluster.stats();
        stats.checks.increment();
        (failure.isEmpty() ? stats.checksPassed : stats.checksFailed).increment();
        boolean well = failure.isEmpty();
        int needed;
        if (well) {
            needed = wasHealthy ? config.healthy() : 1;
        } else {
            needed = first ? 1 : config.unhealthy();
        }
        first = false;
        wasHealthy |= well;
        against = well == healthy ? 0 : against + 1;
        if (against >= needed) {
            against = 0;
            healthy = well;
            cluster.health(member, well);
            say(failure);
        }
    }

    private void say(Optional<String> failure) {
        failure.ifPresentOrElse(
                reason ->
                        LOG.warn("cluster {}: {} is unhealthy: {}", cluster.name(), member.endpoint.written(), reason),
                () -> LOG.info("cluster {}: {} is healthy", cluster.name(), member.endpoint.written()));
    }
}
