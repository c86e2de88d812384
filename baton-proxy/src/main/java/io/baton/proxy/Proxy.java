package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.HotRestart;
import io.baton.HotRestartException;
import io.baton.ImportMode;
import io.baton.RehearsalOptions;
import io.baton.Stats;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data path of one generation: its listeners, their clusters, the access log. The order of calls: {@link #rehearse},
 * {@link #start}, {@link #accept}, {@link #stopAccepting}, {@link #close}; each once ({@link #accept} again after
 * {@link #pauseAccepting}), by one thread at a time. The listening sockets belong to {@link HotRestart#listeners}, and are closed there. Numbers and {@link #reopenLogs} are for any thread.
 */
public final class Proxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final Duration PUBLISH_EVERY = Duration.ofSeconds(1);

    /** A child that waits for its first checks holds the upgrade up, and nothing else. */
    private static final Duration FIRST_ROUND = Duration.ofSeconds(5);

    private final BatonConfig config;
    private final HotRestart hotRestart;
    private final Stats stats;
    private final ProxyOptions options;
    private final Optional<AccessLog> accessLog;
    private volatile Runnable onBroken = () -> {};
    private final HealthChecker health = new HealthChecker();
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();

    /** Only what the config has listeners for: what is not needed is not even loaded. */
    private final Optional<TcpPath> tcp;

    private final Optional<HttpPath> http;
    private final ScheduledExecutorService publisher;
    private volatile List<BoundListener> listeners = List.of();

    /**
     * Opens the access log; nothing else is opened or bound yet.
     *
     * @throws ProxyException when the access log cannot be opened, or a certificate is not what it was when the config was loaded
     */
    public Proxy(BatonConfig config, HotRestart hotRestart, Stats stats, Posix posix, ProxyOptions options)
            throws ProxyException {
        this.config = requireNonNull(config, "config is null");
        this.hotRestart = requireNonNull(hotRestart, "hotRestart is null");
        this.stats = requireNonNull(stats, "stats is null");
        this.options = requireNonNull(options, "options is null");
        this.accessLog = openAccessLog(posix);
        for (ClusterConfig cluster : config.clusters()) {
            clusters.put(cluster.name(), new Cluster(cluster, stats, health, ClusterClients.of(cluster)));
        }
        int workers = options.concurrency();
        this.tcp = config.listeners().stream().anyMatch(this::isRelayed)
                ? Optional.of(
                        new TcpPath(config, hotRestart, this::cluster, stats, posix, workers, accessLog, this::broken))
                : Optional.empty();
        this.http = config.listeners().stream().anyMatch(listener -> !isRelayed(listener))
                ? Optional.of(
                        new HttpPath(config, hotRestart, this::cluster, stats, posix, workers, accessLog, this::broken))
                : Optional.empty();
        this.publisher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("baton-proxy-stats").daemon().factory());
    }

    /** Whether its bytes pass as they are: the kernel's work. All others pass through Netty. */
    private boolean isRelayed(ListenerConfig listener) {
        return listener.protocol() instanceof TcpConfig && !SecuredStreams.isSecured(listener, config);
    }

    private List<BoundListener> those(Predicate<ListenerConfig> kind) {
        return listeners.stream()
                .filter(listener -> kind.test(listener.config()))
                .toList();
    }

    private Cluster cluster(String name) {
        return requireNonNull(clusters.get(name), "the config has every listener's clusters");
    }

    private void broken() {
        onBroken.run();
    }

    private List<DataPath> paths() {
        return Stream.<Optional<? extends DataPath>>of(tcp, http)
                .<DataPath>flatMap(Optional::stream)
                .toList();
    }

    private Optional<AccessLog> openAccessLog(Posix posix) throws ProxyException {
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

    /** What to do when a worker has died: what is left is no proxy to go on with. Called on that worker's thread, must not wait. */
    public void onBroken(Runnable action) {
        onBroken = action;
    }

    /**
     * Runs this JVM's data paths over loopback for {@code handover.rehearsal} in all, so that the first real connections meet
     * warm code, and asks each endpoint with health checks once, for 5 s at most. Only a child does: it takes over from one
     * that serves at full speed and knows who is well.
     *
     * @return what was rehearsed; empty for epoch 0, or when the config says 0
     */
    public List<Rehearsed> rehearse() {
        if (hotRestart.epoch().isFirst()) {
            return List.of();
        }
        health.start(clusters.values());
        List<Rehearsed> results = rehearse(RehearsalOptions::within);
        System.gc(); // what the rehearsal leaves is not to be collected while the first connections wait
        awaitFirstRound();
        return results;
    }

    /**
     * What a process does that has not {@link #rehearse rehearsed}, once it serves: the first one of a lineage has nobody who would serve meanwhile,
     * but is the one to give its connections away in the first handover. Beside {@link #accept}, in a thread that nobody waits for.
     */
    public void rehearseBehind() {
        if (hotRestart.epoch().isFirst()) {
            rehearse(RehearsalOptions::behind);
        }
    }

    private List<Rehearsed> rehearse(Function<Duration, RehearsalOptions> options) {
        Duration limit = config.handover().rehearsalLimit();
        if (limit.isZero()) {
            return List.of();
        }
        List<DataPath> paths = paths();
        List<Rehearsed> results = new ArrayList<>();
        for (DataPath path : paths) {
            Rehearsed result = path.rehearse(options.apply(limit.dividedBy(paths.size())));
            say(result);
            results.add(result);
        }
        return List.copyOf(results);
    }

    private static void say(Rehearsed result) {
        result.failure()
                .ifPresentOrElse(
                        reason -> LOG.warn(
                                "the {} rehearsal ended early, the first connections may stall: {}",
                                result.path(),
                                reason),
                        () -> LOG.info(
                                "rehearsed {} {} connections, {} messages in {} ms",
                                result.connections(),
                                result.path(),
                                result.messages(),
                                result.duration().toMillis()));
    }

    private void awaitFirstRound() {
        try {
            if (!health.awaitFirstRound(FIRST_ROUND)) {
                LOG.warn(
                        "not every endpoint was checked within {}, those are taken to be well",
                        Durations.format(FIRST_ROUND));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes over the parent's sockets, binds what it does not have, starts the workers. Accepts nothing yet.
     *
     * @throws HotRestartException when the parent does not answer as expected
     * @throws ProxyException when an address cannot be bound, or there are no fds for the workers
     */
    public void start() throws HotRestartException, ProxyException {
        try {
            paths().forEach(DataPath::start);
        } catch (PosixException | IllegalStateException e) {
            throw new ProxyException("the workers cannot start: " + e.getMessage(), e);
        }
        health.start(clusters.values());
        List<BoundListener> bound = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            bound.add(bind(listener));
        }
        listeners = List.copyOf(bound);
        tcp.ifPresent(path -> path.expect(those(this::isRelayed)));
        http.ifPresent(path -> path.expect(those(listener -> !isRelayed(listener))));
        stats.gauge("server.concurrency", ImportMode.NEVER_IMPORT).set(options.concurrency());
        var _ = publisher.scheduleWithFixedDelay(
                this::publishOrSay, PUBLISH_EVERY.toMillis(), PUBLISH_EVERY.toMillis(), TimeUnit.MILLISECONDS);
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
            if (isRelayed(listener.config())) {
                tcp.orElseThrow().add(listener);
            } else {
                http.orElseThrow().add(listener);
            }
        }
        stats.gauge("listener_manager.total_listeners_active", ImportMode.NEVER_IMPORT)
                .set(listeners.size());
        stats.gauge("listener_manager.workers_started", ImportMode.NEVER_IMPORT).set(1);
    }

    /**
     * Takes every listening socket out of every event loop before it returns, for good; connections go on. HTTP clients are
     * asked to leave from now on, as {@link HotRestart#drainManager} says. Idempotent.
     */
    public void stopAccepting() {
        paths().forEach(DataPath::stopAccepting);
        stats.gauge("listener_manager.total_listeners_active", ImportMode.NEVER_IMPORT)
                .set(0);
    }

    /**
     * Takes every listening socket out of every event loop before it returns, until {@link #accept} or {@link #resumeAccepting} is called.
     * The sockets stay open, nobody is asked to leave, and what has connected goes on, or moves. Idempotent.
     */
    public void pauseAccepting() {
        paths().forEach(DataPath::pauseAccepting);
        stats.gauge("listener_manager.total_listeners_active", ImportMode.NEVER_IMPORT)
                .set(0);
    }

    /**
     * Undoes {@link #pauseAccepting} and {@link #askClientsToLeave}.
     *
     * @throws ProxyException as {@link #accept}
     */
    public void resumeAccepting() throws ProxyException {
        http.ifPresent(HttpPath::leaveAsDrained);
        accept();
    }

    /** Has every HTTP client leave with its next response, whatever the drain strategy. */
    public void askClientsToLeave() {
        http.ifPresent(HttpPath::leaveAtOnce);
    }

    /** Connections that are not yet closed, counted and logged. With 0, the statistics have all their bytes. */
    public long connections() {
        long open = tcpConnections() + httpConnections();
        if (open == 0) {
            publishBytes();
        }
        return open;
    }

    /** Those of {@link #connections} that are relayed. */
    public long tcpConnections() {
        return tcp.map(TcpPath::connections).orElse(0L);
    }

    /** Those of {@link #connections} that speak HTTP. */
    public long httpConnections() {
        return http.map(HttpPath::connections).orElse(0L);
    }

    /** At most so many connections at once: the config's limit, or what the limit on open files allows when that is less. */
    public int maxConnections() {
        return paths().stream().mapToInt(DataPath::maxConnections).sum();
    }

    /** Resets what connections are left. Idempotent. */
    public void cut() {
        paths().forEach(DataPath::close);
        publishBytes();
    }

    /** What it was made from. */
    public BatonConfig config() {
        return config;
    }

    /** The clusters as they are at the moment. */
    public List<ClusterStatus> clusters() {
        return clusters.values().stream().map(ClusterStatus::of).toList();
    }

    /** The listeners as bound; empty before {@link #start}. */
    public List<ListenerStatus> listeners() {
        return listeners.stream().map(BoundListener::status).toList();
    }

    /** Carries what flowed until now over into the statistics; happens by itself every second. */
    public void publishBytes() {
        paths().forEach(DataPath::publish);
    }

    /** An exception would end the schedule without a word. */
    private void publishOrSay() {
        try {
            publishBytes();
        } catch (RuntimeException e) {
            LOG.error("the statistics lack the bytes of this second", e);
        }
        try {
            paths().forEach(DataPath::everySecond);
        } catch (RuntimeException e) {
            LOG.error("certificates and keys were not looked after this second", e);
        }
    }

    /** Has what happened until now counted, and written to the access log: for a process that may end without a further word. */
    public void flush() {
        publishBytes();
        accessLog.ifPresent(AccessLog::flush);
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
        health.close();
        cut();
        clusters.values().forEach(Cluster::close);
        accessLog.ifPresent(AccessLog::close);
    }
}
