package io.baton.cli;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A generation's process, as far as a supervisor needs to know it. Thread-safe. */
sealed interface GenerationProcess {

    long pid();

    /** Gives {@code action} how the process ended, in words, once it has; at once if it has already. On some thread. */
    void onEnd(Consumer<String> action);

    /** Sends a signal unless the process has ended already. */
    void signal(int signal);

    /** A child of this process. */
    record Spawned(Process process, Posix posix) implements GenerationProcess {
        private static final int SIGNALLED = 128;

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public void onEnd(Consumer<String> action) {
            var _ = process.onExit().thenAccept(gone -> action.accept(words(gone.exitValue())));
        }

        /** The JDK, like a shell, adds 128 to the number of a signal. */
        private static String words(int exitValue) {
            return exitValue > SIGNALLED
                    ? "was killed by signal " + (exitValue - SIGNALLED)
                    : "exited with " + exitValue;
        }

        @Override
        public void signal(int signal) {
            // The JDK has not reaped a process that it calls alive, so the pid cannot be somebody else's yet.
            if (process.isAlive()) {
                send(posix, pid(), signal);
            }
        }
    }

    /** A process that a supervisor before this one has started. Owns a daemon thread that watches its pidfd. */
    record Adopted(long pid, Posix posix, CompletableFuture<Void> ended) implements GenerationProcess {
        private static final Duration POLL = Duration.ofMinutes(1);

        /** @throws PosixException ESRCH when there is no such process */
        static Adopted of(long pid, Posix posix) {
            Fd pidFd = posix.pidFd(pid);
            CompletableFuture<Void> ended = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("watch-" + pid).start(() -> {
                try (pidFd) {
                    while (posix.awaitReadable(List.of(pidFd), POLL).isEmpty()) {
                        // Lives on.
                    }
                } finally {
                    ended.complete(null);
                }
            });
            return new Adopted(pid, posix, ended);
        }

        @Override
        public void onEnd(Consumer<String> action) {
            // With which status, only its parent could ask.
            var _ = ended.thenRun(() -> action.accept("ended"));
        }

        @Override
        public void signal(int signal) {
            if (!ended.isDone()) {
                send(posix, pid, signal);
            }
        }
    }

    private static void send(Posix posix, long pid, int signal) {
        try {
            posix.kill(pid, signal);
        } catch (PosixException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }
}
