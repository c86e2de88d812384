package io.baton.cli;

import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** A supervisor with its sockets, from start to end. The caller holds the directory's lock. */
final class Supervision implements AutoCloseable {
    private final Posix posix;
    private final RuntimeDir directory;
    private final Consumer<String> announce;
    private final SupervisorLoop loop = new SupervisorLoop();
    private final Supervisor supervisor;
    private final NotifySocket notifySocket;
    private final ControlServer controlServer;
    private final SupervisorDesk desk;
    private final List<Generation> left;

    Supervision(
            Posix posix,
            RuntimeDir directory,
            RunSettings settings,
            RunSettings.Checker checker,
            Consumer<String> announce)
            throws CliException {
        this.posix = posix;
        this.directory = directory;
        Journal journal = new Journal(directory, InstantSource.system(), announce);
        this.announce = line -> {
            announce.accept(line);
            journal.event(line);
        };
        this.left = LeftGenerations.find(posix, directory, this.announce);
        this.supervisor = new Supervisor(
                loop,
                new GenerationStarter(posix, directory),
                new SettingsInUse(loop, checker, settings),
                directory,
                new Backoff(),
                journal,
                this.announce,
                this::hearOut);
        this.desk = new SupervisorDesk(loop, supervisor, this.announce);
        try {
            this.notifySocket = new NotifySocket(
                    posix,
                    directory.notifySocket(),
                    (pid, message) -> loop.run(() -> supervisor.received(pid, message)));
            this.controlServer = new ControlServer(posix, directory.controlSocket(), desk);
        } catch (PosixException e) {
            loop.close();
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private void hearOut() {
        notifySocket.receiveAll();
    }

    /** Supervises until stopped. */
    ExitCode run(Signals signals, Notifier notifier) throws CliException {
        signals.deliverTo(desk::signalled);
        ServiceManager manager = new ServiceManager(posix, notifier);
        supervisor.tell(manager);
        start(() -> manager.ready("serving"));
        ExitCode code = awaitEnd();
        manager.stopping();
        return code;
    }

    /** @param serving done when something serves for the first time */
    void start(Runnable serving) {
        GenerationStarter.warning().ifPresent(announce);
        supervisor.onFirstServing(serving);
        loop.run(() -> {
            if (left.isEmpty()) {
                supervisor.startCold();
            } else {
                supervisor.adopt(left);
            }
        });
    }

    ExitCode awaitEnd() throws CliException {
        try {
            return supervisor.ended().get();
        } catch (ExecutionException e) {
            throw new CliException(ExitCode.FAILED, "internal error: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }

    @Override
    public void close() {
        notifySocket.close();
        controlServer.close();
        loop.close();
        List<Path> files =
                new ArrayList<>(List.of(directory.controlSocket(), directory.notifySocket(), directory.pidFile()));
        if (supervisor.ended().isDone()) {
            // No generation is left that would need them.
            files.add(directory.lineageFile());
            files.addAll(directory.hotRestartLocks());
        }
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                announce.accept("cannot remove %s: %s".formatted(file, e.getMessage()));
            }
        }
    }
}
