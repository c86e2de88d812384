package io.baton.proxy;

import io.baton.HotRestart;
import io.baton.Stats;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.relay.Rehearsal;
import io.baton.relay.RehearsalOptions;
import io.baton.relay.RehearsalResult;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Rehearses with all that a real connection meets, observer, cluster and access log included, but leaves nothing that anybody sees: what the
 * JIT compiled for other classes would be thrown away at the first real connection.
 */
record RelayRehearsal(BatonConfig config, HotRestart hotRestart, Posix posix) {
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final int ANY_PORT = 1;

    /** Waits, for a little more than {@code limit} at most. Never throws: a failure is in the result. */
    RehearsalResult run(Duration limit) {
        Stats unseen = new Stats();
        Optional<AccessLog> log = config.accessLog().map(real -> log(real, unseen));
        try {
            return Rehearsal.run(
                    posix,
                    RehearsalOptions.within(limit),
                    new ConnectionObserver(stage(), unseen, log, () -> {}),
                    endpoint -> new Cluster(cluster(endpoint), unseen, (delay, task) -> {}));
        } finally {
            log.ifPresent(AccessLog::close);
        }
    }

    private AccessLog log(AccessLogConfig real, Stats unseen) {
        return new AccessLog(
                new AccessLogConfig(NOWHERE, real.format()),
                AccessLogLine.of(real.format(), hotRestart.epoch()),
                hotRestart.accessLogLock(),
                posix,
                unseen);
    }

    private BatonConfig stage() {
        SocketAddress address = new SocketAddress.Inet(InetAddress.getLoopbackAddress(), ANY_PORT);
        TcpConfig tcp = new TcpConfig(Rehearsal.LISTENER, TcpConfig.DEFAULT_IDLE_TIMEOUT);
        return new BatonConfig(
                Optional.empty(),
                List.of(new ListenerConfig(Rehearsal.LISTENER, address, false, tcp)),
                List.of(cluster(address)),
                Optional.empty(),
                config.handover(),
                config.limits());
    }

    private static ClusterConfig cluster(SocketAddress endpoint) {
        return new ClusterConfig(
                Rehearsal.LISTENER,
                List.of(new Endpoint(Addresses.format(endpoint), endpoint, 1)),
                ClusterConfig.Balance.ROUND_ROBIN,
                ClusterConfig.DEFAULT_CONNECT_TIMEOUT);
    }
}
