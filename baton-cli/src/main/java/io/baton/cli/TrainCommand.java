package io.baton.cli;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.proxy.HandoverConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code baton train}: what the build runs to make the AOT cache. Lives through, in this one JVM, what the commands do: supervises a
 * generation, gives it orders, and then takes over from another as its child, rehearsal and signals included. Loopback only, in a
 * directory of its own.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 20;

    private final Posix posix = Posix.linux();

    @Override
    public Integer call() throws CliException {
        try {
            Path temp = Files.createTempDirectory("baton-train");
            try {
                train(RuntimeDir.create(temp.resolve("r")));
            } finally {
                remove(temp);
            }
            return ExitCode.DONE.code;
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new CliException(ExitCode.FAILED, "cannot train: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }

    private void train(RuntimeDir directory)
            throws CliException, IOException, ExecutionException, TimeoutException, InterruptedException {
        int port = freePort();
        Path config = directory.path().resolve("train.yaml");
        Files.writeString(config, """
                admin: { address: 127.0.0.1:0 }
                listeners:
                  - { name: train, address: 127.0.0.1:%d, tcp: { cluster: nobody } }
                  - { name: http, address: 127.0.0.1:%d, http: { routes: [ { prefix: /, cluster: nobody } ] } }
                clusters: [ { name: nobody, endpoints: [ 127.0.0.1:%d ] } ]
                access_log: { path: train.log, format: json }
                handover: { drain: 1s, parent_shutdown: 2s, rehearsal: 4s }
                """.formatted(port, freePort(), freePort()));
        Path home = Distribution.current(System.getenv());
        supervise(directory, config, home);
        takeOver(directory, config, home, port);
    }

    private void supervise(RuntimeDir directory, Path config, Path home)
            throws CliException, ExecutionException, TimeoutException, InterruptedException {
        HandoverConfig times = Configs.load(config).handover();
        RunSettings settings = new RunSettings(config, home, times, List.of());
        try (Supervision supervision =
                new Supervision(posix, directory, settings, (path, build) -> times, line -> {})) {
            CompletableFuture<Void> serving = new CompletableFuture<>();
            supervision.start(() -> serving.complete(null));
            serving.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            order(directory, new ControlRequest.Status());
            order(directory, new ControlRequest.Stop(true));
            supervision.awaitEnd();
        }
    }

    private static void order(RuntimeDir directory, ControlRequest request) throws CliException {
        try (ControlClient client = ControlClient.connect(directory)) {
            client.ask(request, line -> {});
        }
    }

    /** Becomes, by the command line that a supervisor would use, the child of a generation in another process. */
    private void takeOver(RuntimeDir directory, Path config, Path home, int port)
            throws CliException, IOException, ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<BaseId> parentReady = new CompletableFuture<>();
        try (NotifySocket _ = new NotifySocket(posix, directory.notifySocket(), (pid, message) -> {
            if (message.says(NotifyMessage.READY)) {
                GenerationReport.from(message).ifPresent(report -> parentReady.complete(report.baseId()));
            }
        })) {
            LaunchPlan first = new LaunchPlan(home, config, RestartEpoch.FIRST, Optional.empty(), List.of());
            GenerationProcess parent = new GenerationStarter(posix, directory).start(first);
            try {
                BaseId baseId = parentReady.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                // Without connections the parent ends as soon as we have taken over, and that is when we may.
                parent.onEnd(how -> {
                    connect(port);
                    posix.kill(posix.pid(), ProcessCalls.SIGTERM);
                });
                LaunchPlan second =
                        new LaunchPlan(home, config, RestartEpoch.FIRST.next(), Optional.of(baseId), List.of());
                List<String> command = second.command(directory);
                int code = Main.execute(command.subList(1, command.size()).toArray(String[]::new));
                if (code != ExitCode.DONE.code) {
                    throw new CliException(ExitCode.FAILED, "the child ended with " + code);
                }
            } finally {
                parent.signal(ProcessCalls.SIGKILL);
            }
        }
    }

    /** Nobody is behind the listener: this trains a failed connection, with its line in the access log. */
    private static void connect(int port) {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The connection is reset.
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
