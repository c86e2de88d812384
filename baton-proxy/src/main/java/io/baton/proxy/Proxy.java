package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.ImportMode;
import io.baton.Stats;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.relay.RehearsalResult;
import io.baton.relay.Relay;
import io.baton.relay.RelayListener;
import io.baton.relay.RelayOptions;
import io.baton.relay.UpstreamSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data path of one generation: its listeners, their clusters, the access log. The order of calls: {@link #rehearse},
 * {@link #start}, {@link #accept}, {@link #stopAccepting}, {@link #close}; each once, by one thread at a time. The listening
 * sockets belong to {@link HotRestart#listeners}, and are closed there. Numbers and {@link #reopenLogs} are for any thread.
 */
public final class Proxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final Duration PUBLISH_EVERY = Duration.ofSeconds(1);

    /** A connection keeps its id when it moves, so each generation counts in a range of its own: the epoch can be seen in it. */
    private static final long IDS_PER_EPOCH = 1L << 40;

    private final BatonConfig config;
    private final HotRestart hotRestart;
    private final Stats stats;
    private final Posix posix;
    private final ProxyOptions options;
    private final Optional<AccessLog> accessLog;
    private volatile Runnable onBroken = () -> {};
    private final ConnectionObserver observer;
    private final Relay relay;
    private final Map<String, UpstreamSelector> clusters = new HashMap<>();
    private final ScheduledExecutorService publisher;
    private volatile List<BoundListener> listeners = List.of();

    /**
     * Opens the access log; nothing else is opened or bound yet.
     *
     * @throws ProxyException when the access log cannot be opened
     */
    public Proxy(BatonConfig config, HotRestart hotRestart, Stats stats, Posix posix, ProxyOptions options)
            throws ProxyException {
        this.config = requireNonNull(config, "config is null");
        this.hotRestart = requireNonNull(hotRestart, "hotRestart is null");
        this.stats = requireNonNull(stats, "stats is null");
        this.posix = requireNonNull(posix, "posix is null");
        this.options = requireNonNull(options, "options is null");
        this.accessLog = openAccessLog();
        this.observer = new ConnectionObserver(config, stats, accessLog, () -> onBroken.run());
        this.relay = new Relay(posix, relayOptions(), observer);
        this.publisher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("baton-proxy-stats").daemon().factory());
    }

    private Optional<AccessLog> openAccessLog() throws ProxyException {
        @Nullable AccessLogConfig log = config.accessLog().orElse(null);
        if (log == null) {
            return Optional.empty();
        }
        AccessLogLine line = AccessLogLine.of(log.format(), hotRestart.epoch());
        try {
            return Optional.of(new AccessLog(log, line, hotRestart.accessLogLock(), posix, stats));
        } catch (PosixException e) {
            throw new ProxyException("access log: " + e.getMessage(), e);
        }
    }

    private RelayOptions relayOptions() {
        RelayOptions base = RelayOptions.defaults()
                .withWorkers(options.concurrency())
                .withFirstId(hotRestart.epoch().value() * IDS_PER_EPOCH)
                .withPipeBytes(config.limits().pipeBytes());
        return config.limits().connections().isPresent()
                ? base.withMaxConnections(config.limits().connections().getAsInt())
                : base;
    }

    /** What to do when a worker has died: what is left is no proxy to go on with. Called on that worker's thread, must not wait. */
    public void onBroken(Runnable action) {
        onBroken = action;
    }

    /**
     * Runs this JVM's data path over loopback for {@code handover.rehearsal}, so that the first real connections meet warm
     * code. Only a child does: it takes over from one that serves at full speed.
     *
     * @return what was rehearsed; empty for epoch 0, or when the config says 0
     */
    public Optional<RehearsalResult> rehearse() {
        Duration limit = config.handover().rehearsal();
        if (hotRestart.epoch().isFirst() || limit.isZero()) {
            return Optional.empty();
        }
        RehearsalResult result = new ProxyRehearsal(config, hotRestart, posix).run(limit);
        result.failure()
                .ifPresentOrElse(
                        reason -> LOG.warn("the rehearsal ended early, the first connections may stall: {}", reason),
                        () -> LOG.info(
                                "rehearsed {} connections, {} messages in {} ms",
                                result.connections(),
                                result.messages(),
                                result.duration().toMillis()));
        return Optional.of(result);
    }

    /**
     * Takes over the parent's sockets, binds what it does not have, starts the workers. Accepts nothing yet.
     *
     * @throws HotRestartException when the parent does not answer as expected
     * @throws ProxyException when an address cannot be bound, or there are no fds for the workers
     */
    public void start() throws HotRestartException, ProxyException {
        try {
            relay.start();
        } catch (PosixException | IllegalStateException e) {
            throw new ProxyException("the workers cannot start: " + e.getMessage(), e);
        }
        List<BoundListener> bound = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            bound.add(bind(listener));
        }
        listeners = List.copyOf(bound);
        expectConnections();
        stats.gauge("server.concurrency", ImportMode.NEVER_IMPORT).set(options.concurrency());
        var _ = publisher.scheduleWithFixedDelay(
                this::publishOrSay, PUBLISH_EVERY.toMillis(), PUBLISH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Connections come from the parent before any listener accepts, and may leave for a child. */
    private void expectConnections() {
        config.clusters().forEach(cluster -> clusters.put(cluster.name(), new RoundRobin(cluster, stats)));
        listeners.forEach(listener -> relay.expectListener(relayListener(listener)));
        hotRestart.register(relay.connectionSource());
        hotRestart.register(relay.connectionRestorer());
    }

    private RelayListener relayListener(BoundListener listener) {
        TcpConfig tcp = listener.config().tcp();
        return new RelayListener(
                listener.config().name(),
                listener.perWorker(options.concurrency()),
                requireNonNull(clusters.get(tcp.cluster()), "the config has every listener's cluster"),
                tcp.idleTimeout(),
                config.cluster(tcp.cluster()).connectTimeout());
    }

    private BoundListener bind(ListenerConfig listener) throws HotRestartException, ProxyException {
        try {
            return BoundListener.bind(listener, hotRestart.listeners(), options);
        } catch (PosixException e) {
            throw new ProxyException(
                    "listener %s cannot listen on %s: %s"
                            .formatted(listener.name(), Addresses.format(listener.address()), e.getMessage()),
                    e);
        }
    }

    /**
     * Begins to accept on every listener.
     *
     * @throws ProxyException when a socket bound here cannot listen
     */
    public void accept() throws ProxyException {
        for (BoundListener listener : listeners) {
            try {
                listener.activate();
            } catch (PosixException e) {
                throw new ProxyException(
                        "listener %s: %s".formatted(listener.config().name(), e.getMessage()), e);
            }
            relay.addListener(relayListener(listener));
        }
        stats.gauge("listener_manager.total_listeners_active", ImportMode.NEVER_IMPORT)
                .set(listeners.size());
        stats.gauge("listener_manager.workers_started", ImportMode.NEVER_IMPORT).set(1);
    }

    /** Takes every listening socket out of every event loop before it returns, for good; connections go on. Idempotent. */
    public void stopAccepting() {
        relay.stopAccepting();
        stats.gauge("listener_manager.total_listeners_active", ImportMode.NEVER_IMPORT)
                .set(0);
    }

    /** Connections that are not yet closed, counted and logged. With 0, the statistics have all their bytes. */
    public long connections() {
        long open = Math.max(relay.activeConnections(), observer.open());
        if (open == 0) {
            publishBytes();
        }
        return open;
    }

    /** At most so many connections at once: the config's limit, or what the limit on open files allows when that is less. */
    public int maxConnections() {
        return relay.maxConnections();
    }

    /** Resets what connections are left. Idempotent. */
    public void cut() {
        relay.close();
        publishBytes();
    }

    /** The listeners as bound; empty before {@link #start}. */
    public List<ListenerStatus> listeners() {
        return listeners.stream().map(BoundListener::status).toList();
    }

    /** Carries what flowed until now over into the statistics; happens by itself every second. */
    public void publishBytes() {
        observer.publish(relay.numbers());
    }

    /** An exception would end the schedule without a word. */
    private void publishOrSay() {
        try {
            publishBytes();
        } catch (RuntimeException e) {
            LOG.error("the statistics lack the bytes of this second", e);
        }
    }

    /** Opens the access log's path anew, after what is queued for the old file. */
    public void reopenLogs() {
        accessLog.ifPresent(AccessLog::reopen);
    }

    /**
     * Cuts what is left and writes the access log to its end. To be called before {@link HotRestart#close}, whose shared
     * memory has the access log's lock; and after a failed {@link #start} too. Idempotent.
     */
    @Override
    public void close() {
        publisher.shutdownNow();
        cut();
        accessLog.ifPresent(AccessLog::close);
    }
}
