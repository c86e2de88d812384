package io.baton.cli;

import io.baton.Belongings;
import io.baton.HotRestart;
import io.baton.HotRestartEvent;
import io.baton.HotRestartException;
import io.baton.HotRestartObserver;
import io.baton.HotRestartState;
import io.baton.Stats;
import io.baton.admin.HandoverResult;
import io.baton.cli.Signals.UnixSignal;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.proxy.Proxy;
import io.baton.proxy.ProxyException;
import io.baton.proxy.ProxyOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One generation, from its start to its end. Until {@link HotRestart#ready} nothing that runs is harmed by a failure here: the parent
 * has its listeners, and gets its admin back.
 */
final class Serve {
    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);
    /** From the signal that asks for a shutdown to the end of the process, whatever hangs. */
    private static final Duration SHUTDOWN_DEADLINE = Duration.ofSeconds(10);
    /** The same while connections go back to the parent. */
    private static final Duration UNDOING_DEADLINE = Duration.ofSeconds(20);

    /** A child that is not ready after this part of its time gets its full share of the CPU. */
    private static final int LATE = 3;

    private final Posix posix;
    private final ServeSettings settings;
    private final Notifier notifier;
    private final InPlace inPlace;
    private final ServiceManager manager;
    private final Inheriting inheriting;
    private final StartNiceness niceness;
    private final Instant started;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable HotRestart hotRestart;
    private volatile @Nullable Proxy proxy;
    private volatile @Nullable ExecUpgrade exec;
    private volatile Runnable onChange = () -> {};
    private volatile FdStore store = FdStore.NONE;
    private volatile boolean succeeded;
    private volatile boolean broken;

    Serve(Posix posix, ServeSettings settings, Notifier notifier, InPlace inPlace, Inheriting inheriting) {
        this.posix = posix;
        this.inheriting = inheriting;
        this.settings = settings;
        this.notifier = notifier;
        this.inPlace = inPlace;
        this.manager = new ServiceManager(posix, notifier);
        this.niceness = StartNiceness.of(posix, System.getenv());
        this.started = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    }

    /**
     * Serves until told to end.
     *
     * @throws CliException before it was ready, with the one line that the user reads
     */
    ExitCode run(Signals signals) throws CliException {
        signals.deliverTo(this::signalled);
        inPlace.limit(settings.hotRestart().readyTimeout());
        if (!settings.hotRestart().epoch().isFirst() && !inPlace.resumed()) {
            niceness.lowerFor(settings.hotRestart().readyTimeout().dividedBy(LATE));
        }
        if (!settings.exec().enabled()) { // else they are read from where blocked ones wait
            // Whoever started us may have blocked some (nginx does), and a blocked WINCH would never come.
            posix.setBlockedSignals(Set.of());
        }
        Stats stats = new Stats();
        try (HotRestart joined = join(stats)) {
            hotRestart = joined;
            inherit(joined);
            LogOutput.INSTANCE.joined(joined.epoch(), joined.logLock());
            return serve(joined, stats);
        } catch (HotRestartException | ProxyException | PosixException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        } finally {
            LogOutput.INSTANCE.left();
        }
    }

    /** What a parent that has started us has left. */
    private void inherit(HotRestart joined) throws CliException {
        if (settings.exec().inheritance().isPresent()) {
            ExecEnvironment inheritance = settings.exec().inheritance().get();
            joined.inherit(inheritance.channelEnd(posix), inheritance.manual());
            joined.listeners().adopt(inheritance.sockets(posix));
        }
    }

    private Optional<PidFile> pidFile() throws CliException {
        Optional<Path> path = settings.exec().pidPath();
        return path.isEmpty() ? Optional.empty() : Optional.of(PidFile.at(posix, path.get()));
    }

    private HotRestart join(Stats stats) throws HotRestartException, CliException {
        HotRestartObserver observer = (from, event, to) -> changed(event, stats);
        Optional<Belongings> left = inPlace.belongings();
        return left.isPresent()
                ? HotRestart.resume(settings.hotRestart(), posix, stats, observer, left.get())
                : HotRestart.join(settings.hotRestart(), posix, stats, observer);
    }

    private void changed(HotRestartEvent event, Stats stats) {
        HandoverResult.of(event).ifPresent(result -> result.count(stats));
        ExecUpgrade upgrades = exec;
        if (upgrades != null) {
            upgrades.changed(event);
        }
        tell(event);
        onChange.run();
    }

    /** What systemd knows of a service, it must know of a hot restart; a supervisor of ours has its own ways, and passes over this. */
    private void tell(HotRestartEvent event) {
        switch (event) {
            case HotRestartEvent.ChildArrived(long pid) -> manager.reloading("pid %d takes over".formatted(pid));
            case HotRestartEvent.ChildFailed(long pid, boolean _, String reason) ->
                manager.ready("serving; pid %d did not take over: %s".formatted(pid, reason));
            case HotRestartEvent.ChildReady(long pid) -> {
                succeeded = true;
                store.handOver();
                manager.succeededBy(pid);
            }
            case HotRestartEvent.Ready _,
                    HotRestartEvent.MigrationBegun _,
                    HotRestartEvent.MigrationLost _,
                    HotRestartEvent.RollbackBegun _,
                    HotRestartEvent.DrainRequested _,
                    HotRestartEvent.Drained _,
                    HotRestartEvent.TerminateRequested _ -> {}
        }
    }

    private ExitCode serve(HotRestart joined, Stats stats) throws HotRestartException, ProxyException, CliException {
        ProxyOptions options = ProxyOptions.defaults().withConcurrency(settings.concurrency());
        Optional<PidFile> pidFile = pidFile();
        try (Proxy data = new Proxy(settings.config(), joined, stats, posix, options);
                GenerationAdmin admin = new GenerationAdmin(settings, joined, data, stats, started, this::end);
                Reporter reporter = new Reporter(notifier, started, joined, data, posix);
                ExecUpgrade upgrades = new ExecUpgrade(posix, settings, joined, data, niceness, pidFile);
                ListenerGiver giver = ListenerGiver.of(settings.getsocksPath(), joined, posix)) {
            proxy = data;
            exec = settings.exec().enabled() ? upgrades : null;
            data.onBroken(this::breakOff);
            onChange = reporter::changed;
            reporter.start();
            if (!inPlace.resumed()) { // else everybody waits
                niceness.yielding(data::rehearse);
            }
            checkStillWanted();
            joined.shutdownParentAdmin();
            inheriting.adopt(joined.listeners());
            data.start();
            admin.open();
            joined.serve(new GenerationDuties(data, admin, this::end));
            checkStillWanted();
            if (settings.initOnly()) {
                return ExitCode.DONE;
            }
            // Before the first connection comes, which a failure would cut.
            if (pidFile.isPresent()) {
                pidFile.get().write();
            }
            // In this order: at each moment one of us two has every listening socket in its event loop.
            niceness.restore();
            data.accept();
            inPlace.settle();
            joined.ready();
            reporter.ready();
            giver.open();
            if (settings.fdStore()) {
                store = FdStore.keep(joined.listeners(), notifier, System.getenv());
            }
            inheriting.ready();
            inPlace.serving(joined, data);
            if (!inPlace.resumed()) { // the process is older than this image, which has said when it serves
                LOG.info(
                        "ready {} ms after the start of the process",
                        Duration.between(started, Instant.now()).toMillis());
            }
            niceness.behind(data::rehearseBehind);
            awaitEnd();
            shutDown(data, reporter);
            return broken ? ExitCode.FAILED : ExitCode.DONE;
        } finally {
            pidFile.ifPresent(PidFile::close);
        }
    }

    /** TERM came while we were starting. */
    private void checkStillWanted() throws CliException {
        if (end.getCount() == 0) {
            throw new CliException(ExitCode.FAILED, "told to end before it was ready");
        }
    }

    private void awaitEnd() throws CliException {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }

    private void shutDown(Proxy data, Reporter reporter) {
        // Not asked of the state: when the child has told us to end, that is all it still knows.
        if (!succeeded) {
            // A retiring parent must not say it: systemd would take it for the end of the service.
            manager.stopping();
        }
        data.stopAccepting();
        long cut = data.connections();
        LOG.info("ends, cutting {} connections", cut);
        data.close();
        reporter.ended(cut);
    }

    /** Called on a thread of the JVM. */
    private void signalled(UnixSignal signal) {
        ExecUpgrade upgrades = exec;
        if (upgrades != null && upgrades.signalled(signal)) {
            return;
        }
        switch (signal) {
            case TERM, INT, QUIT -> {
                LOG.info("SIG{}: shutting down", signal);
                HotRestart joined = hotRestart;
                boolean undoing = joined != null && joined.rollBack("SIG" + signal);
                end(undoing ? UNDOING_DEADLINE : SHUTDOWN_DEADLINE);
            }
            case WINCH -> drain();
            case USR1 -> reopenLogs();
            case HUP -> LOG.info("SIGHUP is ignored: the supervisor starts hot restarts");
            case USR2 -> LOG.info("SIGUSR2 is ignored without --exec-upgrade");
        }
    }

    private void drain() {
        if (ProcStat.of(posix.pid()).filter(ProcStat::inForegroundOfTerminal).isPresent()) {
            LOG.info("SIGWINCH is ignored in the foreground of a terminal, whose every change of size sends it");
            return;
        }
        HotRestart joined = hotRestart;
        if (joined == null || joined.state() instanceof HotRestartState.Starting) {
            LOG.info("SIGWINCH: nothing to drain yet, shutting down");
            end();
        } else {
            LOG.info("SIGWINCH: draining");
            ListenerGiver.drain(joined);
        }
    }

    private void reopenLogs() {
        Proxy data = proxy;
        if (data != null) {
            data.reopenLogs();
        }
        try {
            LogOutput.INSTANCE.reopen();
            LOG.info("SIGUSR1: logs reopened");
        } catch (IOException e) {
            LOG.warn("SIGUSR1: the log stays in its old file: {}", e.getMessage());
        }
    }

    private void breakOff() {
        broken = true;
        end();
    }

    private void end() {
        end(SHUTDOWN_DEADLINE);
    }

    private void end(Duration deadline) {
        if (end.getCount() > 0) {
            inPlace.ends();
            end.countDown();
            Thread.ofPlatform().daemon().name("shutdown-deadline").start(() -> endAnyway(deadline));
        }
    }

    private static void endAnyway(Duration deadline) {
        try {
            Thread.sleep(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.error("shutting down took longer than {} s", deadline.toSeconds());
        Runtime.getRuntime().halt(ExitCode.FAILED.code);
    }
}
