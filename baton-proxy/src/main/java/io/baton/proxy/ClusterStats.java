package io.baton.proxy;

import io.baton.Counter;
import io.baton.Gauge;
import io.baton.ImportMode;
import io.baton.Stats;
import java.util.function.LongSupplier;

/** A cluster's numbers under Envoy's names. */
final class ClusterStats {
    private static final int CLASSES = 6;

    final Counter connections;
    final Counter connectFailures;
    final Counter connectTimeouts;
    final Counter connectionsRefused;
    final Counter noneHealthy;
    final Counter requests;
    final Counter requestsRefused;
    final Counter requestTimeouts;
    final Counter requestRetries;
    final Counter checks;
    final Counter checksFailed;
    final Counter checksPassed;
    final Gauge connectionsActive;
    final Gauge requestsActive;

    private final Counter[] byClass = new Counter[CLASSES];

    ClusterStats(String cluster, Stats stats) {
        String prefix = "cluster." + cluster + ".";
        this.connections = stats.counter(prefix + "upstream_cx_total");
        this.connectFailures = stats.counter(prefix + "upstream_cx_connect_fail");
        this.connectTimeouts = stats.counter(prefix + "upstream_cx_connect_timeout");
        this.connectionsRefused = stats.counter(prefix + "upstream_cx_overflow");
        this.noneHealthy = stats.counter(prefix + "upstream_cx_none_healthy");
        this.requests = stats.counter(prefix + "upstream_rq_total");
        this.requestsRefused = stats.counter(prefix + "upstream_rq_pending_overflow");
        this.requestTimeouts = stats.counter(prefix + "upstream_rq_timeout");
        this.requestRetries = stats.counter(prefix + "upstream_rq_retry");
        this.checks = stats.counter(prefix + "health_check.attempt");
        this.checksFailed = stats.counter(prefix + "health_check.failure");
        this.checksPassed = stats.counter(prefix + "health_check.success");
        this.connectionsActive = stats.gauge(prefix + "upstream_cx_active", ImportMode.ACCUMULATE);
        this.requestsActive = stats.gauge(prefix + "upstream_rq_active", ImportMode.ACCUMULATE);
        for (int i = 1; i < CLASSES; i++) {
            byClass[i] = stats.counter(prefix + "upstream_rq_" + i + "xx");
        }
    }

    /** The gauges of who is there. */
    static void membership(String cluster, Stats stats, int total, LongSupplier healthy, LongSupplier setAside) {
        String prefix = "cluster." + cluster + ".";
        stats.gauge(prefix + "membership_total", ImportMode.NEVER_IMPORT).set(total);
        stats.gauge(prefix + "membership_healthy", ImportMode.NEVER_IMPORT, healthy);
        stats.gauge(prefix + "membership_degraded", ImportMode.NEVER_IMPORT, setAside);
    }

    /** A response of an upstream; anything that is no status is not counted. */
    void responded(int status) {
        int hundred = status / 100;
        if (hundred >= 1 && hundred < CLASSES) {
            byClass[hundred].increment();
        }
    }
}
