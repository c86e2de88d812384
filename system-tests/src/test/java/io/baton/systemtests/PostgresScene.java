package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Posix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL of its own, and a pgbench that comes to it through a proxy until {@link #end}. */
final class PostgresScene implements Closeable {
    private static final int CLIENTS = 8;
    private static final int TRANSACTIONS_PER_SECOND = 200;

    /** Longer than anything here lasts: {@link #end} ends it. */
    private static final int SECONDS = 3600;

    private static final String USER = "baton";
    private static final String AUTHORIZED = "application_name=pgbench";
    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    /** PostgreSQL refuses to run as root. */
    private static final String UNPRIVILEGED = "nobody";

    private final Path directory;
    private final int port;
    private @Nullable Process server;
    private @Nullable ProcessLines log;
    private @Nullable Process pgbench;
    private @Nullable ProcessLines output;
    private long connectionsInTheBeginning;

    /** How pgbench ended, what it said, and how many more connections were made than in the beginning. */
    record Result(int exitCode, String said, long reconnects) {}

    private PostgresScene(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    static boolean isPossible() {
        return Foreign.areThere(Foreign.INITDB, Foreign.POSTGRES, Foreign.PGBENCH);
    }

    /** Makes a database, and fills it. */
    static PostgresScene start() throws IOException, InterruptedException {
        // Not below a test's directory, which only root could enter.
        Path directory = Files.createTempDirectory("baton-postgres");
        PostgresScene scene = new PostgresScene(directory, Configs.freePort());
        try {
            scene.create();
            return scene;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            scene.close();
            throw e;
        }
    }

    private void create() throws IOException, InterruptedException {
        if (isRoot()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(UNPRIVILEGED));
        }
        String data = directory.resolve("data").toString();
        finish(unprivileged(Foreign.INITDB.builder(
                "-D", data, "-U", USER, "--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8")));
        Process started = unprivileged(Foreign.POSTGRES.builder(
                        "-D",
                        data,
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off",
                        "-c",
                        "shared_buffers=16MB",
                        "-c",
                        "log_connections=on"))
                .start();
        server = started;
        log = new ProcessLines(started, line -> {});
        log.await("ready to accept connections", PATIENCE);
        finish(Foreign.PGBENCH.builder(
                "-i", "-q", "-h", "127.0.0.1", "-p", Integer.toString(port), "-U", USER, "postgres"));
    }

    private static boolean isRoot() {
        return Posix.linux().effectiveUserId() == 0;
    }

    private ProcessBuilder unprivileged(ProcessBuilder builder) {
        if (isRoot()) {
            List<String> command = new ArrayList<>(
                    List.of("setpriv", "--reuid=" + UNPRIVILEGED, "--regid=nogroup", "--clear-groups", "--"));
            command.addAll(builder.command());
            builder.command(command);
        }
        return builder.directory(directory.toFile()).redirectErrorStream(true);
    }

    private static void finish(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        ProcessLines lines = new ProcessLines(process, line -> {});
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0)
                    .as("%s ends well:%n%s", builder.command(), lines.text())
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    int port() {
        return port;
    }

    int connections() {
        return CLIENTS;
    }

    /** Returns when all connections stand. */
    void begin(int proxied) throws IOException {
        long before = authorized();
        Process started = Foreign.PGBENCH
                .builder(
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(proxied),
                        "-U",
                        USER,
                        "-c",
                        Integer.toString(CLIENTS),
                        "-j",
                        "2",
                        "-R",
                        Integer.toString(TRANSACTIONS_PER_SECOND),
                        "-T",
                        Integer.toString(SECONDS),
                        "-n",
                        "postgres")
                .redirectErrorStream(true)
                .start();
        pgbench = started;
        output = new ProcessLines(started, line -> {});
        // One more, which asks about the tables and leaves.
        await().atMost(PATIENCE).until(() -> authorized() - before == CLIENTS + 1);
        connectionsInTheBeginning = authorized();
    }

    private long authorized() {
        return log == null
                ? 0
                : log.text().lines().filter(line -> line.contains(AUTHORIZED)).count();
    }

    boolean isRunning() {
        return pgbench != null && pgbench.isAlive();
    }

    /** Has it finish its transactions and sum up. */
    Result end() throws IOException, InterruptedException {
        Process ending = pgbench;
        ProcessLines said = output;
        if (ending == null || said == null) {
            throw new IllegalStateException("not begun");
        }
        Baton.signal("ALRM", ending.pid()); // its own timer's way to say that the time is over
        int code = ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? ending.exitValue() : -1;
        return new Result(code, said.textToItsEnd(PATIENCE), authorized() - connectionsInTheBeginning);
    }

    @Override
    public void close() throws IOException {
        if (pgbench != null) {
            pgbench.destroyForcibly();
        }
        if (server != null && server.isAlive()) {
            stop(server);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void stop(Process server) throws IOException {
        try {
            Baton.signal("QUIT", server.pid()); // at once, and with it all its processes
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
