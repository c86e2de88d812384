package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Configs made in code, and free ports for them. */
final class TestConfigs {
    private TestConfigs() {}

    /** One listener on {@code port} of loopback for the endpoints on {@code upstreamPorts}. */
    static BatonConfig tcp(int port, boolean reusePort, int... upstreamPorts) {
        return of(inet(port), reusePort, upstreamPorts);
    }

    static BatonConfig unix(Path path, int... upstreamPorts) {
        return of(new SocketAddress.UnixPath(path.toString()), false, upstreamPorts);
    }

    private static BatonConfig of(SocketAddress address, boolean reusePort, int... upstreamPorts) {
        List<Endpoint> endpoints = Arrays.stream(upstreamPorts)
                .mapToObj(upstream -> new Endpoint("127.0.0.1:" + upstream, inet(upstream)))
                .toList();
        return new BatonConfig(
                Optional.empty(),
                List.of(new ListenerConfig("web", address, reusePort, new TcpConfig("origin", Duration.ofMinutes(1)))),
                List.of(new ClusterConfig(
                        "origin", endpoints, ClusterConfig.Balance.ROUND_ROBIN, Duration.ofSeconds(2))),
                Optional.empty(),
                HandoverConfig.DEFAULT,
                LimitsConfig.DEFAULT);
    }

    static BatonConfig withAccessLog(BatonConfig config, Path path, AccessLogConfig.Format format) {
        return new BatonConfig(
                config.admin(),
                config.listeners(),
                config.clusters(),
                Optional.of(new AccessLogConfig(path, format)),
                config.handover(),
                config.limits());
    }

    static BatonConfig withConnections(BatonConfig config, int connections) {
        return new BatonConfig(
                config.admin(),
                config.listeners(),
                config.clusters(),
                config.accessLog(),
                config.handover(),
                new LimitsConfig(OptionalInt.of(connections), LimitsConfig.DEFAULT.pipeBytes()));
    }

    /** Free at the time of asking. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SocketAddress.Inet inet(int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), port);
    }
}
