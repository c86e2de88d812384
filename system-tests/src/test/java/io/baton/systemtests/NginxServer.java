package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A real nginx in a directory of its own, a daemon as on a real machine: it heeds USR2 only when whoever started it is gone. Started by
 * a path that something else can be put in the place of. Kills what pids it has seen at its end, and nothing else.
 */
final class NginxServer implements AutoCloseable {
    private final Path directory;
    private final Path program;
    private final Set<Long> seen = new ConcurrentSkipListSet<>();

    private NginxServer(Path directory) {
        this.directory = directory;
        this.program = directory.resolve("sbin/nginx");
    }

    /**
     * Writes the configuration, and puts nginx in its place; {@link #start} starts it.
     *
     * @param listen further directives
     */
    static NginxServer prepare(Path directory, int port, int origin, String... listen) throws IOException {
        Files.createDirectories(directory.resolve("sbin"));
        NginxServer server = new NginxServer(directory);
        server.restore();
        Files.writeString(server.config(), """
                worker_processes 2;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log notice;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  keepalive_requests 1000000;
                  client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
                  upstream origin { server 127.0.0.1:%3$d; keepalive 32; }
                  server {
                    listen 127.0.0.1:%2$d; %4$s
                    location / {
                      proxy_pass http://origin; proxy_http_version 1.1;
                      proxy_set_header Connection ""; proxy_set_header Host $http_host;
                    }
                  }
                }
                """.formatted(directory, port, origin, String.join(" ", listen)));
        return server;
    }

    Path config() {
        return directory.resolve("nginx.conf");
    }

    /** As {@code nginx} is called, and called by itself later. */
    List<String> command() {
        return List.of(
                program.toString(),
                "-p",
                directory.toString(),
                "-c",
                config().toString(),
                "-e",
                directory.resolve("error.log").toString());
    }

    NginxServer start() throws IOException, InterruptedException {
        Outcome outcome = Outcome.of(new ProcessBuilder(command()));
        assertThat(outcome.code()).as("nginx: %s", outcome.err()).isZero();
        awaitPid();
        return this;
    }

    /** The pid in its pid file, once there is one. */
    long awaitPid() {
        return awaitPid(directory.resolve("nginx.pid"));
    }

    /** The pid of the one that has started another in its place. */
    long awaitOldPid() {
        return awaitPid(directory.resolve("nginx.pid.oldbin"));
    }

    private long awaitPid(Path file) {
        long pid = await().atMost(BatonProcess.PATIENCE)
                .ignoreExceptions()
                .until(() -> Long.parseLong(Files.readString(file).strip()), number -> number > 0);
        seen.add(pid);
        return pid;
    }

    /** nginx itself at the path that it is started by. */
    void restore() throws IOException {
        Path next = directory.resolve("sbin/next");
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, Foreign.NGINX.path().toRealPath());
        Files.move(next, program, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A shell script in the place of nginx. It gets nginx's arguments, and nothing of an environment. */
    void replace(List<String> commandLine) throws IOException {
        List<String> quoted = new ArrayList<>();
        commandLine.forEach(word -> quoted.add("'" + word + "'"));
        Path next =
                Files.writeString(directory.resolve("sbin/next"), """
                #!/bin/sh
                echo $$ > %s/nginx.pid
                exec %s
                """.formatted(directory, String.join(" ", quoted)));
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(next, program, StandardCopyOption.ATOMIC_MOVE);
    }

    long workers(long master) {
        return ProcessHandle.of(master).stream()
                .flatMap(ProcessHandle::children)
                .count();
    }

    String log() throws IOException {
        return Files.readString(directory.resolve("error.log"));
    }

    @Override
    public void close() {
        for (long pid : seen) {
            ProcessHandle.of(pid)
                    .filter(process -> process.info()
                            .commandLine()
                            .filter(line -> line.contains("nginx") || line.contains("io.baton.cli"))
                            .isPresent())
                    .ifPresent(process -> {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                    });
        }
    }
}
