package io.baton.admin;

import io.baton.BaseId;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.MigrationReport;
import io.baton.RestartEpoch;
import io.baton.admin.ServerInfo.CommandLine;
import io.baton.posix.SocketAddress;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.ClusterConfig.Circuit;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ClusterStatus.EndpointStatus;
import io.baton.proxy.Endpoint;
import io.baton.proxy.HandoverConfig;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.LimitsConfig;
import io.baton.proxy.ListenerConfig;
import io.baton.proxy.ListenerStatus;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.RouteConfig.PathMatch;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** A view whose state tests set. */
final class FixedView implements AdminView {
    volatile ServerState state = ServerState.LIVE;

    @Override
    public ServerState state() {
        return state;
    }

    @Override
    public ServerInfo info() {
        HotRestartOptions options = HotRestartOptions.defaults().with(o -> {
            o.epoch = new RestartEpoch(2);
            o.drainTime = Duration.ofMillis(1500);
            o.drainStrategy = DrainStrategy.IMMEDIATE;
        });
        return new ServerInfo(
                "baton/1",
                "11.104",
                Duration.ofMillis(12_900),
                Duration.ofSeconds(345),
                new CommandLine(new BaseId(77), 2, "e.yaml", "", options));
    }

    @Override
    public MigrationReport migration() {
        return MigrationReport.NONE;
    }

    @Override
    public List<ListenerStatus> listeners() {
        return List.of(
                new ListenerStatus("web", inet("127.0.0.1", 18_080)),
                new ListenerStatus("app", new SocketAddress.UnixPath("/run/app.sock")),
                new ListenerStatus("v6", inet("::1", 18_081)));
    }

    volatile boolean statsAreWhole = true;

    @Override
    public boolean statsAreWhole() {
        return statsAreWhole;
    }

    @Override
    public List<ClusterStatus> clusters() {
        return List.of(new ClusterStatus(
                "origin",
                new Circuit(OptionalInt.of(100), OptionalInt.empty()),
                List.of(
                        new EndpointStatus(
                                "app.example.com:9000", inet("127.0.0.1", 9000), 3, true, false, 4, 2, 10, 1, 20, 5),
                        new EndpointStatus(
                                "127.0.0.1:9001", inet("127.0.0.1", 9001), 1, false, true, 0, 0, 0, 0, 0, 0))));
    }

    @Override
    public BatonConfig config() {
        return new BatonConfig(
                Optional.empty(),
                List.of(new ListenerConfig(
                        "web",
                        inet("127.0.0.1", 18_080),
                        true,
                        new HttpConfig(List.of(new RouteConfig(
                                Optional.of("example.com"),
                                new PathMatch.Prefix("/v1"),
                                Map.of("authorization", "Bearer very-secret"),
                                "origin"))))),
                List.of(new ClusterConfig(
                        "origin",
                        List.of(new Endpoint("127.0.0.1:9000", inet("127.0.0.1", 9000))),
                        Balance.LEAST_REQUEST,
                        Duration.ofMillis(250))),
                Optional.empty(),
                HandoverConfig.DEFAULT,
                LimitsConfig.DEFAULT);
    }

    @Override
    public SortedMap<String, Long> stats() {
        return new TreeMap<>(Map.of(
                "http.web.downstream_rq_200",
                41L,
                "http.web.downstream_rq_503",
                1L,
                "http.web.downstream_rq_time_us",
                1_500_000L,
                "http.web.downstream_rq_time_le_5ms",
                40L,
                "http.web.downstream_rq_time_le_1000ms",
                2L,
                "server.handover_committed",
                2L,
                "server.hot_restart_epoch",
                2L,
                "server.hot_restart_generation",
                3L,
                "listener.127.0.0.1_18080.downstream_cx_total",
                7L,
                "z".repeat(60) + "!",
                1L));
    }

    private static SocketAddress.Inet inet(String host, int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral(host), port);
    }
}
