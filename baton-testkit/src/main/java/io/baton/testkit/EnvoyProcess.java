package io.baton.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real Envoy with an admin, one tcp_proxy listener and one origin; killed by {@link #close}. Its log is a file of the test's. */
public final class EnvoyProcess implements AutoCloseable {
    private static final int ADMIN_TIMEOUT_MS = 5_000;

    private final Process process;
    private final Path log;
    private final int adminPort;

    private EnvoyProcess(Process process, Path log, int adminPort) {
        this.process = process;
        this.log = log;
        this.adminPort = adminPort;
    }

    /** All on loopback. */
    public record Ports(int admin, int listener, int origin) {}

    /**
     * What {@code ENVOY_BIN} names; empty when that is no program, which is said loudly.
     *
     * @param untested what is not tested then
     */
    public static Optional<Path> binary(String untested) {
        Optional<Path> binary =
                Optional.ofNullable(System.getenv("ENVOY_BIN")).map(Path::of).filter(Files::isExecutable);
        if (binary.isEmpty()) {
            System.err.println("SKIPPED: ENVOY_BIN is %s, expected a real Envoy's binary: %s is not tested"
                    .formatted(System.getenv("ENVOY_BIN"), untested));
        }
        return binary;
    }

    /**
     * Starts it; that it serves is for the caller to wait for.
     *
     * @param directory for its configuration and log
     * @param options of its command line, besides configuration, epoch and times
     */
    public static EnvoyProcess start(Path binary, Path directory, Ports ports, int epoch, String... options)
            throws IOException {
        return start(binary, directory, configuration(ports, ""), ports.admin(), epoch, options);
    }

    /** As the other, with further listeners: on the same port of {@code [::1]}, and at a path. */
    public static EnvoyProcess start(Path binary, Path directory, Ports ports, Path path, int epoch, String... options)
            throws IOException {
        String further =
                listener("tcp6", "socket_address: { address: \"::1\", port_value: %d }".formatted(ports.listener()))
                        + listener("unix", "pipe: { path: %s }".formatted(path));
        return start(binary, directory, configuration(ports, further), ports.admin(), epoch, options);
    }

    private static EnvoyProcess start(
            Path binary, Path directory, String configuration, int admin, int epoch, String... options)
            throws IOException {
        Path config = Files.writeString(directory.resolve("envoy.yaml"), configuration);
        Path log = directory.resolve("envoy-%d.log".formatted(epoch));
        List<String> command = new ArrayList<>(List.of(
                binary.toString(),
                "-c",
                config.toString(),
                "--restart-epoch",
                Integer.toString(epoch),
                "--drain-time-s",
                "2",
                "--parent-shutdown-time-s",
                "7")); // one stats flush, at 5 s, comes before
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new EnvoyProcess(process, log, admin);
    }

    /** Whether it ends by itself before {@code patience} is over. */
    public boolean exits(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode() {
        return process.exitValue();
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /** As {@link #admin(int, String)}, of its own. */
    public String admin(String path) {
        return admin(adminPort, path);
    }

    /** The answer of an admin, Envoy's or one like it, or why there is none. */
    public static String admin(int adminPort, String path) {
        try {
            URI uri = URI.create(
                    "http://%s:%d%s".formatted(InetAddress.getLoopbackAddress().getHostAddress(), adminPort, path));
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setRequestProperty("Connection", "close"); // a kept one outlives the admin listener
            connection.setConnectTimeout(ADMIN_TIMEOUT_MS);
            connection.setReadTimeout(ADMIN_TIMEOUT_MS);
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

    private static String listener(String name, String address) {
        return """
              - name: %s
                address: { %s }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: %s
                      cluster: origin
            """.formatted(name, address, name);
    }

    private static String configuration(Ports ports, String further) {
        return """
            admin:
              address: { socket_address: { address: 127.0.0.1, port_value: %d } }
            static_resources:
              listeners:
            %s%s  clusters:
              - name: origin
                connect_timeout: 5s
                type: STATIC
                load_assignment:
                  cluster_name: origin
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
            """.formatted(
                ports.admin(),
                listener("tcp", "socket_address: { address: 127.0.0.1, port_value: %d }".formatted(ports.listener())),
                further,
                ports.origin());
    }
}
