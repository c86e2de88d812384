package io.baton.cli;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A generation's process, as far as a supervisor needs to know it. Thread-safe. */
sealed interface GenerationProcess {

    long pid();

    /** Completes when the process has ended, with how, in words. */
    CompletableFuture<String> ended();

    /** Sends a signal unless the process has ended already. */
    void signal(int signal);

    /** A child of this process. */
    record Spawned(Process process, Posix posix, CompletableFuture<String> ended) implements GenerationProcess {
        private static final int SIGNALLED = 128;

        static Spawned of(Process process, Posix posix) {
            return new Spawned(process, posix, process.onExit().thenApply(gone -> words(gone.exitValue())));
        }

        /** The JDK, like a shell, adds 128 to the number of a signal. */
        private static String words(int exitValue) {
            return exitValue > SIGNALLED
                    ? "was killed by signal " + (exitValue - SIGNALLED)
                    : "exited with " + exitValue;
        }

        @Override
        public long pid() {
            return process.pid();
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
    record Adopted(long pid, Posix posix, CompletableFuture<String> ended) implements GenerationProcess {
        private static final Duration POLL = Duration.ofMinutes(1);

        /** @throws PosixException ESRCH when there is no such process */
        static Adopted of(long pid, Posix posix) {
            Fd pidFd = posix.pidFd(pid);
            CompletableFuture<String> ended = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("watch-" + pid).start(() -> {
                try (pidFd) {
                    while (posix.awaitReadable(List.of(pidFd), POLL).isEmpty()) {
                        // Lives on.
                    }
                    // Only its parent could ask for its status.
                    ended.complete("ended");
                } catch (PosixException e) {
                    ended.completeExceptionally(e);
                }
            });
            return new Adopted(pid, posix, ended);
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
