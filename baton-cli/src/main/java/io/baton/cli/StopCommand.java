package io.baton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code baton stop}: ends a lineage, supervisor included. */
@Command(
        name = "stop",
        description = "Stop gracefully: connections may end by themselves for as long as handover.drain allows.")
final class StopCommand extends SupervisedCommand {
    private static final Duration LEAVING = Duration.ofSeconds(10);

    @Option(names = "--now", description = "Cut the connections instead.")
    private boolean now;

    @Override
    public Integer call() throws CliException {
        Optional<ProcessHandle> supervisor = supervisor(directory());
        int code = order(new ControlRequest.Stop(now));
        // The answer is its last act but one: whoever starts anew right after us must find the directory free.
        if (supervisor.isPresent()) {
            awaitEnd(supervisor.get());
        }
        return code;
    }

    private static Optional<ProcessHandle> supervisor(RuntimeDir directory) {
        try {
            return ProcessHandle.of(
                    Long.parseLong(Files.readString(directory.pidFile()).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void awaitEnd(ProcessHandle process) throws CliException {
        try {
            process.onExit().get(LEAVING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the supervisor (pid %d) said it stopped, and is still there".formatted(process.pid()),
                    e);
        } catch (ExecutionException e) {
            throw new CliException(ExitCode.FAILED, "cannot wait for the supervisor: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }
}
