package io.baton.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** nginx with its stream module; restarted by {@code nginx -s reload}. */
record Nginx() implements Peer {
    private static final List<Path> MODULE_PLACES = List.of(
            Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"),
            Path.of("/usr/lib64/nginx/modules/ngx_stream_module.so"),
            Path.of("/usr/local/nginx/modules/ngx_stream_module.so"));

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public Optional<String> missing() {
        if (Versions.onPath("nginx").isEmpty()) {
            return Optional.of("there is no nginx on PATH");
        }
        return module().isEmpty()
                ? Optional.of("nginx has no stream module (Debian: package libnginx-mod-stream)")
                : Optional.empty();
    }

    private static Optional<Path> module() {
        return MODULE_PLACES.stream().filter(Files::isReadable).findFirst();
    }

    @Override
    public String version() {
        return Versions.firstLine(List.of("nginx", "-v"));
    }

    @Override
    public RunningPeer start(List<Route> routes, Scene scene) throws BenchException {
        Path directory = scene.subdirectory("nginx");
        Path config = scene.write(directory.resolve("nginx.conf"), config(routes, directory));
        String program = Versions.onPath("nginx").orElseThrow().toString();
        List<String> base = List.of(
                program,
                "-p",
                directory.toString(),
                "-c",
                config.toString(),
                "-e",
                directory.resolve("error.log").toString());
        List<String> reload =
                Stream.concat(base.stream(), Stream.of("-s", "reload")).toList();
        return ForkedPeer.start(name(), base, routes, _ -> reload(reload), scene);
    }

    private static void reload(List<String> command) throws BenchException {
        Command.Result result = Command.run(command, Duration.ofSeconds(10));
        if (result.exitCode() != 0) {
            throw new BenchException("nginx -s reload failed: " + result.text());
        }
    }

    static String config(List<Route> routes, Path directory) {
        StringBuilder servers = new StringBuilder();
        for (Route route : routes) {
            servers.append("  server { listen %s backlog=4096; proxy_pass %s; }%n"
                    .formatted(Loopback.text(route.listen()), Loopback.text(route.target())));
        }
        return """
                load_module %s;
                daemon off;
                worker_processes %d;
                worker_rlimit_nofile 16384;
                pid %s/nginx.pid;
                events { worker_connections 8192; }
                stream {
                  access_log off;
                  tcp_nodelay on;
                %s}
                """.formatted(
                        module().orElse(MODULE_PLACES.getFirst()),
                        Runtime.getRuntime().availableProcessors(),
                        directory,
                        servers);
    }
}
