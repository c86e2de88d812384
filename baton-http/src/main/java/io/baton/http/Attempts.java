package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.channel.ChannelException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds an endpoint and a connection for one exchange, and ends each lease exactly once. Event loop only. */
final class Attempts {
    /** However many endpoints a cluster has. */
    private static final int MOST = 32;

    /**
     * A request that cannot be sent twice takes a kept connection only if it was used this recently: hardly any origin closes that soon, and
     * none can tell a client whose request crossed its FIN that it was not done.
     */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Worker worker;
    private final UpstreamCluster cluster;
    private final Exchange exchange;
    private final boolean replayable;
    private Set<SocketAddress> tried = Set.of();
    private @Nullable UpstreamLease lease;
    private boolean stale;

    Attempts(Worker worker, UpstreamCluster cluster, Exchange exchange, boolean replayable) {
        this.worker = worker;
        this.cluster = cluster;
        this.exchange = exchange;
        this.replayable = replayable;
    }

    /** Of a connection's bytes: never on a connection that was used before. */
    static Attempts ofBytes(Worker worker, UpstreamCluster cluster, Exchange exchange) {
        Attempts attempts = new Attempts(worker, cluster, exchange, false);
        attempts.stale = true;
        return attempts;
    }

    /** Of an exchange that goes on here: its head cannot be sent again. */
    static Attempts goneOn(Worker worker, UpstreamCluster cluster, Exchange exchange, UpstreamLease lease) {
        Attempts attempts = new Attempts(worker, cluster, exchange, false);
        attempts.lease = lease;
        return attempts;
    }

    /** Goes on to the next endpoint; the exchange is told what came of it, possibly before this returns. */
    void next(ExchangeRecord record) {
        switch (cluster.pick(tried)) {
            case Pick.None(Pick.Reason reason) -> exchange.fail(ExchangeFailure.ofPick(reason, !tried.isEmpty()));
            case Pick.Endpoint(UpstreamLease picked) -> {
                lease = picked;
                if (record.attempt(picked.address()) > MOST) {
                    end(UpstreamOutcome.CANCELLED);
                    exchange.fail(ExchangeFailure.ofPick(Pick.Reason.ALL_TRIED, true));
                } else {
                    obtain(picked.address());
                }
            }
        }
    }

    private void obtain(SocketAddress address) {
        try {
            if (cluster.protocol() == UpstreamProtocol.HTTP_2) {
                worker.http2Pool().obtain(cluster, address, exchange, stale);
            } else {
                obtainConnection(address);
            }
        } catch (ChannelException e) {
            end(UpstreamOutcome.CANCELLED); // it is us who have no fd
            exchange.fail(ExchangeFailure.ofPick(Pick.Reason.CIRCUIT_OPEN, false));
        }
    }

    private void obtainConnection(SocketAddress address) {
        UpstreamConnection kept = stale
                ? null
                : worker.pool().take(address, cluster.tls(address), replayable ? Long.MAX_VALUE : FRESH_NANOS);
        if (kept != null) {
            kept.use(exchange, exchange.limits());
            exchange.connected(kept, true);
        } else {
            exchange.connecting(Connector.connect(worker, cluster, address, exchange));
        }
    }

    /** The endpoint did not accept. */
    void failed(String reason) {
        UpstreamLease failed = lease;
        if (failed != null) {
            if (tried.isEmpty()) {
                tried = new HashSet<>();
            }
            tried.add(failed.address());
            failed.connectFailed(reason);
            end(UpstreamOutcome.CONNECT_FAILED);
        }
    }

    /** A kept connection had been closed: the next one is to be new. */
    void stale() {
        stale = true;
        end(UpstreamOutcome.STALE);
    }

    /** Whether {@link #stale} may be said: once. */
    boolean mayReplay() {
        return replayable && !stale;
    }

    /** Ends the lease at hand, if there is one. */
    void end(UpstreamOutcome outcome) {
        UpstreamLease ending = lease;
        if (ending != null) {
            lease = null;
            ending.ended(outcome);
        }
    }
}
