package io.baton;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Envoy with one tcp_proxy listener; killed by {@link #close}. */
final class EnvoyProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final int adminPort;

    private EnvoyProcess(Process process, Path log, int adminPort) {
        this.process = process;
        this.log = log;
        this.adminPort = adminPort;
    }

    record Ports(int admin, int listener, int origin) {}

    static EnvoyProcess start(Path binary, Path directory, HotRestartOptions options, Ports ports) throws IOException {
        Path config = directory.resolve("envoy.yaml");
        Files.writeString(config, configuration(ports));
        Path log = directory.resolve("envoy-%s.log".formatted(options.epoch()));
        Process process = new ProcessBuilder(List.of(
                        binary.toString(),
                        "-c",
                        config.toString(),
                        "--base-id",
                        Long.toString(options.baseId().value()),
                        "--restart-epoch",
                        options.epoch().toString(),
                        "--socket-path",
                        options.socketPath(),
                        "--drain-time-s",
                        "2",
                        "--parent-shutdown-time-s",
                        "7", // one stats flush, at 5 s, comes before
                        "--concurrency",
                        "1"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new EnvoyProcess(process, log, ports.admin());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean exits(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    int exitCode() {
        return process.exitValue();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** The answer of its admin, or why there is none. */
    String admin(String path) {
        try {
            URI uri = URI.create(
                    "http://%s:%d%s".formatted(InetAddress.getLoopbackAddress().getHostAddress(), adminPort, path));
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setRequestProperty("Connection", "close"); // a kept one outlives the admin listener
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(2000);
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            return "no answer: " + e;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String configuration(Ports ports) {
        return """
            admin:
              address: { socket_address: { address: 127.0.0.1, port_value: %d } }
            static_resources:
              listeners:
              - name: tcp
                address: { socket_address: { address: 127.0.0.1, port_value: %d } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: tcp
                      cluster: origin
              clusters:
              - name: origin
                connect_timeout: 1s
                type: STATIC
                load_assignment:
                  cluster_name: origin
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
            """.formatted(ports.admin(), ports.listener(), ports.origin());
    }
}
