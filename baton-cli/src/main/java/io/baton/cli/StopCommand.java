package io.baton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code baton stop}: ends a lineage, supervisor included. */
@Command(
        name = "stop",
        description = "Stop gracefully: connections may end by themselves for as long as handover.drain allows.")
final class StopCommand extends SupervisedCommand {
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);
    private static final Duration LEAVING = Duration.ofSeconds(10);

    @Option(names = "--now", description = "Cut the connections instead.")
    private boolean now;

    @Override
    public Integer call() throws CliException {
        OptionalLong supervisor = supervisor(directory());
        int code = order(new ControlRequest.Stop(now));
        // The answer is its last act but one: whoever starts anew right after us must find the directory free.
        if (supervisor.isPresent()) {
            awaitEnd(supervisor.getAsLong());
        }
        return code;
    }

    private static OptionalLong supervisor(RuntimeDir directory) {
        try {
            return OptionalLong.of(
                    Long.parseLong(Files.readString(directory.pidFile()).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** By looking at /proc: the JDK asks ever more seldom after a process that is not its child. */
    private static void awaitEnd(long pid) throws CliException {
        long deadlineNanos = System.nanoTime() + LEAVING.toNanos();
        while (ProcStat.of(pid).isPresent()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new CliException(
                        ExitCode.FAILED, "the supervisor (pid %d) said it stopped, and is still there".formatted(pid));
            }
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CliException(ExitCode.FAILED, "interrupted", e);
            }
        }
    }
}
