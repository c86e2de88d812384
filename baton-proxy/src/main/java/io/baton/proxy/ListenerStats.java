package io.baton.proxy;

import io.baton.Counter;
import io.baton.Stats;
import io.baton.relay.DestinationNumbers;
import io.baton.relay.ListenerNumbers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One listener's numbers under Envoy's names, and its share of its clusters'. */
final class ListenerStats extends DownstreamStats {
    final Counter idleTimeouts;
    final Counter noRoute;
    final Counter helloTimeouts;

    private final Stats stats;

    /** By cluster; also of one that only the config of a generation before has, as long as its connections are there. */
    private final Map<String, Share> shares = new ConcurrentHashMap<>();

    /** What the listener's connections are of a cluster's. */
    static final class Share {
        final Counter connectAttemptsExceeded;
        private final Counter bytesFromUpstreams;
        private final Counter bytesToUpstreams;
        private long publishedUp;
        private long publishedDown;

        private Share(String cluster, Stats stats) {
            String prefix = "cluster." + cluster + ".";
            this.connectAttemptsExceeded = stats.counter(prefix + "upstream_cx_connect_attempts_exceeded");
            this.bytesFromUpstreams = stats.counter(prefix + "upstream_cx_rx_bytes_total");
            this.bytesToUpstreams = stats.counter(prefix + "upstream_cx_tx_bytes_total");
        }
    }

    ListenerStats(ListenerConfig listener, TcpConfig tcp, Stats stats) {
        super(listener, stats);
        this.stats = stats;
        String prefix = prefix(listener);
        this.idleTimeouts = stats.counter(prefix + "idle_timeout");
        this.noRoute = stats.counter(prefix + "no_filter_chain_match");
        this.helloTimeouts = stats.counter(prefix + "downstream_pre_cx_timeout");
        tcp.clusters().forEach(this::share);
    }

    Share share(String cluster) {
        return shares.computeIfAbsent(cluster, name -> new Share(name, stats));
    }

    /** Counts what flowed since the last call, of connections that are still open too. */
    synchronized void publish(ListenerNumbers numbers) {
        numbers.destinations().forEach((cluster, flowed) -> publish(share(cluster), flowed));
    }

    private void publish(Share share, DestinationNumbers flowed) {
        long up = flowed.bytesUp() - share.publishedUp;
        long down = flowed.bytesDown() - share.publishedDown;
        share.publishedUp += up;
        share.publishedDown += down;
        bytesFromClients.add(up);
        share.bytesToUpstreams.add(up);
        share.bytesFromUpstreams.add(down);
        bytesToClients.add(down);
    }
}
