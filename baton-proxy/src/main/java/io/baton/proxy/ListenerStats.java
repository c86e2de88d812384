package io.baton.proxy;

import io.baton.Counter;
import io.baton.Gauge;
import io.baton.ImportMode;
import io.baton.Stats;
import io.baton.relay.ListenerNumbers;

/** One listener's numbers under Envoy's names, and its share of its cluster's. */
final class ListenerStats {
    final Counter opened;
    final Counter destroyed;
    final Counter connectAttemptsExceeded;
    final Counter idleTimeouts;
    final Gauge active;

    private final Counter bytesFromClients;
    private final Counter bytesToClients;
    private final Counter bytesFromUpstreams;
    private final Counter bytesToUpstreams;
    private long publishedUp;
    private long publishedDown;

    ListenerStats(ListenerConfig listener, TcpConfig tcp, Stats stats) {
        String prefix = "listener." + Addresses.statName(listener.address()) + ".";
        this.opened = stats.counter(prefix + "downstream_cx_total");
        this.destroyed = stats.counter(prefix + "downstream_cx_destroy");
        this.active = stats.gauge(prefix + "downstream_cx_active", ImportMode.ACCUMULATE);
        // Envoy counts bytes per tcp_proxy filter (tcp.PREFIX.downstream_cx_*_bytes_total); a listener of ours has no
        // filters.
        this.bytesFromClients = stats.counter(prefix + "downstream_cx_rx_bytes_total");
        this.bytesToClients = stats.counter(prefix + "downstream_cx_tx_bytes_total");
        this.idleTimeouts = stats.counter(prefix + "idle_timeout");
        String cluster = "cluster." + tcp.cluster() + ".";
        this.connectAttemptsExceeded = stats.counter(cluster + "upstream_cx_connect_attempts_exceeded");
        this.bytesFromUpstreams = stats.counter(cluster + "upstream_cx_rx_bytes_total");
        this.bytesToUpstreams = stats.counter(cluster + "upstream_cx_tx_bytes_total");
    }

    /** Counts what flowed since the last call, of connections that are still open too. */
    synchronized void publish(ListenerNumbers numbers) {
        long up = numbers.bytesUp() - publishedUp;
        long down = numbers.bytesDown() - publishedDown;
        publishedUp += up;
        publishedDown += down;
        bytesFromClients.add(up);
        bytesToUpstreams.add(up);
        bytesFromUpstreams.add(down);
        bytesToClients.add(down);
    }
}
