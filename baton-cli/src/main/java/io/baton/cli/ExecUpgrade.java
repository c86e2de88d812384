package io.baton.cli;

import io.baton.HandoverPace;
import io.baton.HotRestart;
import io.baton.HotRestartEvent;
import io.baton.HotRestartState;
import io.baton.cli.ExecStates.Step;
import io.baton.cli.Signals.UnixSignal;
import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ProcessCalls;
import io.baton.proxy.Proxy;
import io.baton.proxy.ProxyException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a serving process do on signals what nginx's master does on them. Everything happens on one thread of its own; the methods only
 * leave word there, and are for any.
 */
final class ExecUpgrade implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecUpgrade.class);

    /** For a child that was told to end, and for one that has given everything back. */
    private static final Duration ENDING = Duration.ofSeconds(10);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final Posix posix;
    private final ExecSettings settings;
    private final ConfigSource config;
    private final Duration readyTimeout;
    private final HotRestart hotRestart;
    private final Proxy proxy;
    private final ExecSpawner spawner;
    private final Optional<PidFile> pidFile;
    private final ScheduledExecutorService desk = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("baton-exec").factory());
    private ExecState state = new ExecState.Serving();

    ExecUpgrade(
            Posix posix,
            ServeSettings settings,
            HotRestart hotRestart,
            Proxy proxy,
            StartNiceness niceness,
            Optional<PidFile> pidFile) {
        this.posix = posix;
        this.settings = settings.exec();
        this.config = settings.source();
        this.readyTimeout = settings.hotRestart().readyTimeout();
        this.hotRestart = hotRestart;
        this.proxy = proxy;
        this.pidFile = pidFile;
        this.spawner = new ExecSpawner(posix, hotRestart, settings.exec().arguments(), niceness, System.getenv());
    }

    /** False for a signal that means here what it means to every other process. */
    boolean signalled(UnixSignal signal) {
        ExecEvent event = switch (signal) {
            case USR2 -> new ExecEvent.Upgrade();
            case WINCH -> new ExecEvent.StandBy();
            case HUP -> new ExecEvent.TakeBack();
            case QUIT -> new ExecEvent.Leave();
            case INT, TERM, USR1 -> null;
        };
        if (event == null) {
            return false;
        }
        if (hotRestart.state() instanceof HotRestartState.Starting) {
            return beforeItIsOurs(signal);
        }
        if (signal == UnixSignal.WINCH
                && ProcStat.of(posix.pid())
                        .filter(ProcStat::inForegroundOfTerminal)
                        .isPresent()) {
            LOG.info("SIGWINCH is ignored in the foreground of a terminal, whose every change of size sends it");
            return true;
        }
        tell(event);
        return true;
    }

    private static boolean beforeItIsOurs(UnixSignal signal) {
        if (signal == UnixSignal.QUIT) {
            return false; // as TERM: what we have goes back
        }
        LOG.warn("SIG{} is ignored: the process before this one is still to be asked", signal);
        return true;
    }

    /** What the hot restart has come to. */
    void changed(HotRestartEvent event) {
        switch (event) {
            case HotRestartEvent.ChildReady _ -> tell(new ExecEvent.Committed());
            case HotRestartEvent.RollbackBegun _ -> tell(new ExecEvent.Returning());
            case HotRestartEvent.ChildFailed(long pid, boolean alive, String reason)
            when alive -> later(ENDING, () -> end(pid, reason));
            case HotRestartEvent.ChildFailed _, HotRestartEvent.Ready _, HotRestartEvent.ChildArrived _ -> {}
            case HotRestartEvent.MigrationBegun _, HotRestartEvent.MigrationLost _ -> {}
            case HotRestartEvent.DrainRequested _, HotRestartEvent.Drained _ -> {}
            case HotRestartEvent.TerminateRequested _ -> {}
        }
    }

    private void tell(ExecEvent event) {
        later(Duration.ZERO, () -> handle(event));
    }

    private void later(Duration delay, Runnable action) {
        try {
            var _ = desk.schedule(() -> guarded(action), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("this process ends", e);
        }
    }

    /** An exception would vanish in the executor. */
    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("a step of the upgrade has failed", e);
        }
    }

    private void handle(ExecEvent event) {
        if (event instanceof ExecEvent.StandBy
                && state instanceof ExecState.Upgrading(long child, boolean manual)
                && manual
                && !hotRestart.childHasGreeted()) {
            LOG.info("SIGWINCH waits until process {} accepts", child);
            later(LOOK_AGAIN, () -> standByOnceGreeted(child));
            return;
        }
        Step step = ExecStates.next(state, event);
        if (step.action() == ExecStates.Action.REFUSE) {
            LOG.warn("SIG{} is refused: {}", asked(event), step.why());
            return;
        }
        if (!step.next().equals(state)) {
            LOG.info("exec upgrade: {} -> {} on {}", state, step.next(), event);
            state = step.next();
        }
        perform(step.action(), event);
    }

    private static String asked(ExecEvent event) {
        return switch (event) {
            case ExecEvent.Upgrade() -> "USR2";
            case ExecEvent.StandBy() -> "WINCH";
            case ExecEvent.TakeBack() -> "HUP";
            case ExecEvent.Leave() -> "QUIT";
            case ExecEvent.Started _, ExecEvent.Returning(), ExecEvent.Committed(), ExecEvent.Ended _ ->
                throw new IllegalArgumentException(event + " is no signal");
        };
    }

    /** Else nobody would accept. A child that never gets there is killed, and this ends with it. */
    private void standByOnceGreeted(long child) {
        if (state instanceof ExecState.Upgrading(long ours, boolean _) && ours == child) {
            if (hotRestart.childHasGreeted()) {
                handle(new ExecEvent.StandBy());
            } else {
                later(LOOK_AGAIN, () -> standByOnceGreeted(child));
            }
        }
    }

    private void perform(ExecStates.Action action, ExecEvent event) {
        switch (action) {
            case START -> start(settings.manual());
            case RELOAD -> reload();
            case PAUSE -> proxy.pauseAccepting();
            case ACCEPT -> accept();
            case GIVE -> {
                proxy.pauseAccepting();
                hotRestart.setPace(HandoverPace.MOVE);
            }
            case KEEP -> {
                accept();
                hotRestart.setPace(HandoverPace.HOLD);
            }
            case COMMIT -> hotRestart.setPace(HandoverPace.COMMIT);
            case DRAIN -> hotRestart.drain();
            case ALONE -> alone(event);
            case ALONE_ACCEPT -> {
                accept();
                alone(event);
            }
            case ALONE_DRAIN -> {
                alone(event);
                if (!(hotRestart.state() instanceof HotRestartState.Draining)) {
                    hotRestart.drain();
                }
            }
            case NOTHING, REFUSE -> {}
        }
    }

    private void accept() {
        try {
            proxy.pauseAccepting(); // idempotent: a listener that accepts already cannot be added again
            proxy.accept();
        } catch (ProxyException | IllegalStateException | IllegalArgumentException | PosixException e) {
            LOG.error("this process does not accept: {}", e.getMessage());
        }
    }

    private void reload() {
        try {
            var _ = config.inspect();
        } catch (CliException e) {
            LOG.error("SIGHUP: the new configuration is refused, the old one stays: {}", e.getMessage());
            return;
        }
        start(false);
    }

    private void start(boolean manual) {
        try {
            if (pidFile.isPresent()) {
                pidFile.get().stepAside();
            }
        } catch (CliException e) {
            LOG.error("there is no upgrade: {}", e.getMessage());
            return;
        }
        try {
            long child = spawner.start(manual);
            LOG.info("process {} is starting: {}", child, spawner.launcher());
            handle(new ExecEvent.Started(child, manual));
            Thread.ofPlatform().daemon().name("await-" + child).start(() -> {
                String how = spawner.await(child);
                tell(new ExecEvent.Ended(child, how));
            });
            later(readyTimeout, () -> endUnlessGreeted(child));
        } catch (CliException e) {
            LOG.error("there is no upgrade: {}", e.getMessage());
            pidFile.ifPresent(PidFile::stepBack);
        }
    }

    private void alone(ExecEvent event) {
        if (event instanceof ExecEvent.Ended(long child, String how)) {
            LOG.error("process {} {}; this one goes on", child, how);
        }
        hotRestart.childHasEnded();
        pidFile.ifPresent(PidFile::stepBack);
    }

    /** From its Hello on, the hot restart watches it. */
    private void endUnlessGreeted(long child) {
        boolean waited = state instanceof ExecState.Upgrading(long ours, boolean _) && ours == child;
        if (waited && !hotRestart.childHasGreeted() && !(hotRestart.state() instanceof HotRestartState.Draining)) {
            end(child, "it was not ready within " + readyTimeout);
        }
    }

    /** Only while it is ours to wait for: its number may be another's else. */
    private void end(long child, String reason) {
        boolean ours = switch (state) {
            case ExecState.Upgrading(long pid, boolean _) -> pid == child;
            case ExecState.StandingBy(long pid) -> pid == child;
            case ExecState.Serving(), ExecState.Paused(), ExecState.Leaving() -> false;
        };
        if (!ours) {
            return;
        }
        LOG.error("process {} is killed: {}", child, reason);
        try {
            posix.kill(child, ProcessCalls.SIGKILL);
        } catch (PosixException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        desk.shutdownNow();
    }
}
