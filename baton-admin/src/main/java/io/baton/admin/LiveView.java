package io.baton.admin;

import static java.util.Objects.requireNonNull;

import io.baton.HotRestart;
import io.baton.HotRestartState;
import io.baton.ImportMode;
import io.baton.MigrationReport;
import io.baton.Stats;
import io.baton.admin.ServerInfo.CommandLine;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ListenerStatus;
import io.baton.proxy.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** A running proxy, as the admin shows it. */
public final class LiveView implements AdminView {
    private final String version;
    private final CommandLine commandLine;
    private final Instant started;
    private final HotRestart hotRestart;
    private final Proxy proxy;
    private final Stats stats;

    /**
     * Adds the gauges {@code server.state} and {@code server.uptime} to {@code stats}.
     *
     * @param version of this build
     * @param started when this process did
     */
    public LiveView(
            String version, Instant started, CommandLine commandLine, HotRestart hotRestart, Proxy proxy, Stats stats) {
        this.version = requireNonNull(version, "version is null");
        this.started = requireNonNull(started, "started is null");
        this.commandLine = requireNonNull(commandLine, "commandLine is null");
        this.hotRestart = requireNonNull(hotRestart, "hotRestart is null");
        this.proxy = requireNonNull(proxy, "proxy is null");
        this.stats = requireNonNull(stats, "stats is null");
        gauge("server.state", () -> state().number);
        gauge("server.uptime", () -> since(started).toSeconds());
    }

    private void gauge(String name, LongSupplier value) {
        stats.gauge(name, ImportMode.NEVER_IMPORT, value);
    }

    @Override
    public ServerState state() {
        return switch (hotRestart.state()) {
            case HotRestartState.Starting _ -> ServerState.PRE_INITIALIZING;
            case HotRestartState.Serving _,
                    HotRestartState.AwaitingReady _,
                    HotRestartState.Migrating _,
                    HotRestartState.RollingBack _ -> ServerState.LIVE;
            case HotRestartState.Draining _, HotRestartState.Terminated _ -> ServerState.DRAINING;
        };
    }

    @Override
    public ServerInfo info() {
        return new ServerInfo(
                version, hotRestart.version(), since(started), since(hotRestart.originalStart()), commandLine);
    }

    @Override
    public List<ListenerStatus> listeners() {
        return proxy.listeners();
    }

    @Override
    public List<ClusterStatus> clusters() {
        return proxy.clusters();
    }

    @Override
    public BatonConfig config() {
        return proxy.config();
    }

    /** They come with ready(). */
    @Override
    public boolean statsAreWhole() {
        return !(hotRestart.state() instanceof HotRestartState.Starting);
    }

    @Override
    public MigrationReport migration() {
        return hotRestart.migration();
    }

    @Override
    public SortedMap<String, Long> stats() {
        proxy.publishBytes();
        SortedMap<String, Long> all = new TreeMap<>(stats.counters());
        all.putAll(stats.gauges());
        return all;
    }

    /** Never negative, though a clock may be set back. */
    private static Duration since(Instant start) {
        Duration elapsed = Duration.between(start, Instant.now());
        return elapsed.isNegative() ? Duration.ZERO : elapsed;
    }
}
