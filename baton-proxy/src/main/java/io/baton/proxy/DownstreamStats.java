package io.baton.proxy;

import io.baton.Counter;
import io.baton.Gauge;
import io.baton.ImportMode;
import io.baton.Stats;

/** The numbers of one listener's connections, whatever they carry, by Envoy's names. */
abstract sealed class DownstreamStats permits ListenerStats, ExchangeStats {
    final Counter opened;
    final Counter destroyed;
    final Gauge active;
    final Counter handshakes;
    final Counter failedHandshakes;

    // Envoy counts bytes per tcp_proxy filter (tcp.PREFIX.downstream_cx_*_bytes_total); a listener of ours has no
    // filters.
    final Counter bytesFromClients;
    final Counter bytesToClients;

    DownstreamStats(ListenerConfig listener, Stats stats) {
        String prefix = prefix(listener);
        this.opened = stats.counter(prefix + "downstream_cx_total");
        this.destroyed = stats.counter(prefix + "downstream_cx_destroy");
        this.active = stats.gauge(prefix + "downstream_cx_active", ImportMode.ACCUMULATE);
        this.handshakes = stats.counter(prefix + "ssl.handshake");
        this.failedHandshakes = stats.counter(prefix + "ssl.connection_error");
        this.bytesFromClients = stats.counter(prefix + "downstream_cx_rx_bytes_total");
        this.bytesToClients = stats.counter(prefix + "downstream_cx_tx_bytes_total");
    }

    /** What the names of a listener's counters begin with. */
    static String prefix(ListenerConfig listener) {
        return "listener." + Addresses.statName(listener.address()) + ".";
    }
}
