package io.baton.admin;

import io.baton.BaseId;
import io.baton.DrainStrategy;
import io.baton.HotRestartOptions;
import io.baton.RestartEpoch;
import io.baton.admin.ServerInfo.CommandLine;
import io.baton.posix.SocketAddress;
import io.baton.proxy.ListenerStatus;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
    public List<ListenerStatus> listeners() {
        return List.of(
                new ListenerStatus("web", inet("127.0.0.1", 18_080)),
                new ListenerStatus("app", new SocketAddress.UnixPath("/run/app.sock")),
                new ListenerStatus("v6", inet("::1", 18_081)));
    }

    @Override
    public SortedMap<String, Long> stats() {
        return new TreeMap<>(Map.of(
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
