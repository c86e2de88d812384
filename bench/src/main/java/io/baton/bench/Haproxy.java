package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * HAProxy; restarted by SIGUSR2 to its master, which starts a worker that fetches the listeners from the old one
 * ({@code expose-fd listeners}).
 */
record Haproxy(Variant variant) implements Peer {
    /** Options that its users choose, each measured by itself. */
    enum Variant {
        PLAIN("haproxy", "", 9_500),
        /** Bulk without copying through user space. */
        SPLICE("haproxy-splice", "  option splice-request\n  option splice-response\n", 2_000),
        /** A worker that stops closes a kept connection only behind an answer; off by default. */
        IDLE_CLOSE("haproxy-idle-close", "  option idle-close-on-response\n", 2_000);

        private final String peer;
        private final String options;

        /** HAProxy refuses to start when RLIMIT_NOFILE, 20,000 in many containers, is not enough for it, pipes included. */
        private final int maxConnections;

        Variant(String peer, String options, int maxConnections) {
            this.peer = peer;
            this.options = options;
            this.maxConnections = maxConnections;
        }
    }

    @Override
    public String name() {
        return variant.peer;
    }

    @Override
    public Optional<String> missing() {
        return Versions.onPath("haproxy").isEmpty() ? Optional.of("there is no haproxy on PATH") : Optional.empty();
    }

    @Override
    public String version() {
        return Versions.firstLine(List.of("haproxy", "-v"));
    }

    @Override
    public RunningPeer start(List<Route> routes, Scene scene) throws BenchException {
        Path directory = scene.subdirectory(name());
        Path config = scene.write(directory.resolve("haproxy.cfg"), config(routes, directory));
        List<String> command =
                List.of(Versions.onPath("haproxy").orElseThrow().toString(), "-W", "-f", config.toString());
        return ForkedPeer.start("haproxy", command, routes, Haproxy::reload, scene);
    }

    private static void reload(long masterPid) throws BenchException {
        Command.Result result = Command.run(List.of("kill", "-USR2", Long.toString(masterPid)), Duration.ofSeconds(5));
        if (result.exitCode() != 0) {
            throw new BenchException("cannot signal haproxy: " + result.text());
        }
    }

    String config(List<Route> routes, Path directory) {
        StringBuilder text = new StringBuilder("""
                global
                  maxconn %d
                  nbthread %d
                  stats socket %s/stats.sock mode 600 level admin expose-fd listeners
                defaults
                  timeout connect 5s
                  timeout client 1h
                  timeout server 1h
                %s""".formatted(
                variant.maxConnections, Runtime.getRuntime().availableProcessors(), directory, variant.options));
        for (Route route : routes) {
            String mode = switch (route.protocol()) {
                case TCP -> "mode tcp";
                // Upstream connections are shared by all clients, as nginx and Baton do it.
                case HTTP -> "mode http\n  option forwardfor\n  http-reuse always";
            };
            String tls = route.tls().map(files -> " ssl crt " + files.bundle()).orElse("");
            text.append("listen %s%n  bind %s%s%n  %s%n  server origin %s%n"
                    .formatted(route.name(), Loopback.text(route.listen()), tls, mode, Loopback.text(route.target())));
        }
        return text.toString();
    }
}
