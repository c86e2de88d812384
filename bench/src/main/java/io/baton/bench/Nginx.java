package io.baton.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * nginx; restarted by {@code nginx -s reload}.
 *
 * @param protocol of its routes; TCP wants the stream module
 */
record Nginx(Protocol protocol) implements Peer {
    Nginx() {
        this(Protocol.TCP);
    }

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
        return protocol == Protocol.TCP && module().isEmpty()
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

    String config(List<Route> routes, Path directory) {
        return """
                %sdaemon off;
                worker_processes %d;
                worker_rlimit_nofile 16384;
                pid %s/nginx.pid;
                events { worker_connections 8192; }
                %s""".formatted(
                        protocol == Protocol.TCP
                                ? "load_module %s;%n".formatted(module().orElse(MODULE_PLACES.getFirst()))
                                : "",
                        Runtime.getRuntime().availableProcessors(),
                        directory,
                        protocol == Protocol.TCP ? stream(routes) : http(routes, directory));
    }

    private static String stream(List<Route> routes) {
        StringBuilder text = new StringBuilder("stream {\n  access_log off;\n  tcp_nodelay on;\n");
        for (Route route : routes) {
            String tls = route.tls()
                    .map(files -> " ssl; ssl_certificate %s; ssl_certificate_key %s"
                            .formatted(files.certificate(), files.key()))
                    .orElse("");
            text.append("  server { listen %s backlog=4096%s; proxy_pass %s; }%n"
                    .formatted(Loopback.text(route.listen()), tls, Loopback.text(route.target())));
        }
        return text.append("}\n").toString();
    }

    /** Upstream connections are kept, and no connection is closed for having served many requests: as fast as nginx can. */
    private static String http(List<Route> routes, Path directory) {
        StringBuilder text = new StringBuilder("""
                http {
                  access_log off;
                  tcp_nodelay on;
                  keepalive_requests 1000000000;
                  proxy_max_temp_file_size 0;
                  proxy_request_buffering off;
                """);
        // The places it was built for may not be ours to write to.
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append("  %s_temp_path %s/%s;%n".formatted(kind, directory, kind));
        }
        for (Route route : routes) {
            text.append("""
                      upstream to_%s { server %s; keepalive 128; keepalive_requests 1000000000; }
                      server {
                        listen %s backlog=4096%s;
                        location / {
                          proxy_pass http://to_%s;
                          proxy_http_version 1.1;
                          proxy_set_header Connection "";
                          proxy_set_header Host $http_host;
                          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                          proxy_set_header X-Forwarded-Proto $scheme;
                        }
                      }
                    """.formatted(
                            route.name(),
                            Loopback.text(route.target()),
                            Loopback.text(route.listen()),
                            route.tls()
                                    .map(files -> " ssl;%n    ssl_certificate %s;%n    ssl_certificate_key %s"
                                            .formatted(files.certificate(), files.key()))
                                    .orElse(""),
                            route.name()));
        }
        return text.append("}\n").toString();
    }
}
