package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code baton run} serves without a config: a small HTTP origin on loopback and a TCP listener before it. Owns the origin's port. */
final class EmbeddedOrigin implements AutoCloseable {
    private static final int FIRST_PORT = 8080;
    private static final int LAST_PORT = 8179;
    private static final Pattern LISTENER = Pattern.compile("127\\.0\\.0\\.1:(\\d+) # listener");

    private final HttpServer server;
    private final int listenerPort;

    private EmbeddedOrigin(HttpServer server, int listenerPort) {
        this.server = server;
        this.listenerPort = listenerPort;
    }

    /** The caller closes it. */
    static EmbeddedOrigin start(RuntimeDir directory) throws CliException {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", EmbeddedOrigin::answer);
            server.start();
            EmbeddedOrigin origin = new EmbeddedOrigin(server, listenerPort(directory.embeddedConfig()));
            directory.replace(directory.embeddedConfig(), origin.config());
            return origin;
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "cannot start the embedded origin: " + e.getMessage(), e);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = "Hello from Baton's embedded origin: %s %s\n"
                    .formatted(exchange.getRequestMethod(), exchange.getRequestURI())
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /** The port of the run before, since its generation may live on and hand its listener over; else the first that is free. */
    private static int listenerPort(Path config) throws IOException {
        if (Files.exists(config)) {
            Matcher before = LISTENER.matcher(Files.readString(config));
            if (before.find()) {
                return Integer.parseInt(before.group(1));
            }
        }
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                // In use: the next one.
            }
        }
        throw new IOException("no port from %d to %d is free".formatted(FIRST_PORT, LAST_PORT));
    }

    private String config() {
        return """
                # Made by `baton run` without a config; made anew each time.
                listeners:
                  - name: hello
                    address: 127.0.0.1:%d # listener
                    tcp: { cluster: embedded }
                clusters:
                  - { name: embedded, endpoints: [ 127.0.0.1:%d ] }
                handover: { drain: 30s, parent_shutdown: 60s }
                """.formatted(listenerPort, server.getAddress().getPort());
    }

    int port() {
        return server.getAddress().getPort();
    }

    String curl() {
        return "curl http://127.0.0.1:%d/".formatted(listenerPort);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
