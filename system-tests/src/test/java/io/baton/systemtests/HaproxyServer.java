package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A real HAProxy, in the foreground, whose stats socket gives its listeners away. */
final class HaproxyServer implements AutoCloseable {
    private final Path stats;
    private final Process process;
    private final ProcessLines lines;

    private HaproxyServer(Path stats, Process process) {
        this.stats = stats;
        this.process = process;
        this.lines = new ProcessLines(process, line -> {});
    }

    /**
     * Starts it, and waits until it serves.
     *
     * @param path where it listens besides the port
     * @param name of its files, of which it has its own
     * @param from whose listeners it adopts
     */
    static HaproxyServer start(Path directory, String name, int port, Path path, int origin, Optional<Path> from)
            throws IOException {
        Path stats = directory.resolve(name + ".sock");
        Path config = Files.writeString(directory.resolve(name + ".cfg"), """
                global
                  nbthread 2
                  maxconn 4000
                  stats socket %1$s mode 600 level admin expose-fd listeners
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 1h
                  timeout server 1h
                listen web
                  bind 127.0.0.1:%2$d
                  bind ::1:%2$d v6only
                  bind %3$s
                  server origin 127.0.0.1:%4$d
                """.formatted(stats, port, path, origin));
        List<String> command =
                new ArrayList<>(List.of(Foreign.HAPROXY.path().toString(), "-db", "-f", config.toString()));
        from.ifPresent(socket -> command.addAll(List.of("-x", socket.toString())));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        HaproxyServer server = new HaproxyServer(stats, process);
        await().atMost(BatonProcess.PATIENCE).until(() -> {
            assertThat(process.isAlive()).as("haproxy: %s", server.lines.text()).isTrue();
            return Files.exists(stats);
        });
        return server;
    }

    Path stats() {
        return stats;
    }

    String output() {
        return lines.text();
    }

    /** It accepts no more, and ends when its last connection has. */
    void softStop() throws IOException, InterruptedException {
        Baton.signal("USR1", process.pid());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
