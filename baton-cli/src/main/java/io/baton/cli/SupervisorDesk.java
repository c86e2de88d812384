package io.baton.cli;

import io.baton.posix.PeerCredentials;
import io.baton.posix.ProcessCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where orders to the supervisor come in: from the control socket and by signals. Brings each to its thread, and the answers back. */
final class SupervisorDesk implements ControlServer.Handler {
    /** Well under the client's {@link ControlClient#SILENCE}. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);

    private final SupervisorLoop loop;
    private final Supervisor supervisor;
    private final Consumer<String> announce;
    private final AtomicInteger stopSignals = new AtomicInteger();

    SupervisorDesk(SupervisorLoop loop, Supervisor supervisor, Consumer<String> announce) {
        this.loop = loop;
        this.supervisor = supervisor;
        this.announce = announce;
    }

    @Override
    public void handle(ControlRequest request, ControlConnection connection) throws ControlException {
        String requester = words(connection.peer());
        switch (request) {
            case ControlRequest.Upgrade(var config, var home) -> {
                UpgradeJob job = new UpgradeJob(requester, config, home);
                loop.run(() -> supervisor.upgrade(job));
                relay(job, connection);
            }
            case ControlRequest.Rollback() -> connection.reply(loop.call(() -> supervisor.rollback(requester)));
            case ControlRequest.Status() ->
                connection.reply(loop.call(() -> new ControlReply.Report(supervisor.status())));
            case ControlRequest.Stop(var now) -> stop(now, connection);
        }
    }

    private static String words(PeerCredentials peer) {
        return "pid %d".formatted(peer.pid());
    }

    private static void relay(UpgradeJob job, ControlConnection connection) throws ControlException {
        try {
            while (true) {
                @Nullable ControlReply reply = job.await(HEARTBEAT);
                if (reply == null) {
                    reply = new ControlReply.Progress(job.phase());
                }
                connection.reply(reply);
                if (!(reply instanceof ControlReply.Progress)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        }
    }

    /** The answer comes when the last generation has ended; the supervisor follows at once. */
    private void stop(boolean now, ControlConnection connection) throws ControlException {
        loop.run(() -> supervisor.stop(now));
        while (!hasEnded()) {
            connection.reply(new ControlReply.Progress(loop.call(supervisor::leavingWords)));
        }
        connection.reply(new ControlReply.Done("stopped"));
    }

    private boolean hasEnded() throws ControlException {
        try {
            supervisor.ended().get(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new ControlException("internal error: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        }
    }

    /** Called on the thread of the JVM that delivers signals. */
    void signalled(Signals.UnixSignal signal) {
        switch (signal) {
            case HUP -> {
                UpgradeJob job = new UpgradeJob("SIGHUP", Optional.empty(), Optional.empty());
                loop.run(() -> supervisor.upgrade(job));
                loop.aside(() -> tell(job));
            }
            case INT, TERM -> {
                boolean again = stopSignals.getAndIncrement() > 0;
                loop.run(() -> supervisor.stop(again));
            }
            case USR1 -> loop.run(() -> supervisor.forward(ProcessCalls.SIGUSR1));
            // A window that changed its size. The generations have sessions of their own and do not get it.
            case WINCH, QUIT, USR2 -> {}
        }
    }

    private void tell(UpgradeJob job) {
        try {
            for (ControlReply reply = job.await(HEARTBEAT); ; reply = job.await(HEARTBEAT)) {
                switch (reply) {
                    case null -> {}
                    case ControlReply.Progress(var text) -> announce.accept("SIGHUP: " + text);
                    case ControlReply.Done(var text) -> {
                        announce.accept("SIGHUP: " + text);
                        return;
                    }
                    case ControlReply.Refused(var reason) -> {
                        announce.accept("SIGHUP: refused: " + reason);
                        return;
                    }
                    case ControlReply.Report _ -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
