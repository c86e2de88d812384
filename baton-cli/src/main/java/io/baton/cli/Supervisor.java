package io.baton.cli;

import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.BackingOff;
import io.baton.cli.SupervisorState.Empty;
import io.baton.cli.SupervisorState.Gone;
import io.baton.cli.SupervisorState.MakingRoom;
import io.baton.cli.SupervisorState.Member;
import io.baton.cli.SupervisorState.Ready;
import io.baton.cli.SupervisorState.Serving;
import io.baton.cli.SupervisorState.Spawned;
import io.baton.cli.SupervisorState.Starting;
import io.baton.cli.SupervisorState.Stop;
import io.baton.cli.SupervisorState.Stopped;
import io.baton.cli.SupervisorState.Stopping;
import io.baton.cli.SupervisorState.Upgrading;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one generation serving: starts it, replaces it by hot restart when asked to, and again when it dies. Whatever goes wrong with
 * a new generation, the running one is not touched.
 *
 * <p>All state belongs to the {@link SupervisorLoop}'s thread; the public face is {@link SupervisorDesk}, which brings every call there.
 */
final class Supervisor {
    /** After the child is ready: how long the parent may take to say that it drains. */
    private static final Duration DRAINING_DEADLINE = Duration.ofSeconds(5);

    private final SupervisorLoop loop;
    private final SupervisorLifecycle lifecycle = new SupervisorLifecycle();
    private final SettingsInUse settings;
    private final Household household;
    private final HandoverLedger ledger;
    private final Farewells farewells;
    private final Spawner spawner;
    private final Upgrades upgrades;
    private final Consumer<String> announce;
    private final ColdStarts coldStarts;
    private final Adoption adoption;
    private final CompletableFuture<ExitCode> ended = new CompletableFuture<>();

    private volatile Runnable firstServing = () -> {};
    private boolean hasServed;
    private ExitCode exitCode = ExitCode.DONE;

    /**
     * @param announce is given one line for the user about each event
     * @param hearOut returns when {@link #received} has been scheduled for all that processes which have ended by now have said
     */
    Supervisor(
            SupervisorLoop loop,
            GenerationStarter starter,
            SettingsInUse settings,
            RuntimeDir directory,
            Backoff backoff,
            Journal journal,
            Consumer<String> announce,
            Runnable hearOut) {
        this.loop = loop;
        this.settings = settings;
        this.household = new Household(directory, announce);
        this.ledger = new HandoverLedger(announce, journal::handover);
        this.farewells = new Farewells(loop, household, announce);
        ReadyWatch readyWatch = new ReadyWatch(loop, household, lifecycle::state);
        this.spawner = new Spawner(loop, starter, lifecycle, household, readyWatch, hearOut, this::gone);
        this.upgrades = new Upgrades(loop, lifecycle, settings, household, ledger, readyWatch, spawner);
        this.coldStarts = new ColdStarts(loop, backoff, announce);
        this.adoption = new Adoption(loop, household, farewells, settings);
        this.announce = announce;
    }

    /** Completes when the last process has ended after a stop, or when it gave up. */
    CompletableFuture<ExitCode> ended() {
        return ended;
    }

    /** @param action done on the supervisor's thread when something serves for the first time; set before anything is started */
    void onFirstServing(Runnable action) {
        firstServing = action;
    }

    /** @param manager is told of every hot restart; set before anything is started */
    void tell(ServiceManager manager) {
        ledger.tell(manager);
    }

    // ---- beginnings

    void startCold() {
        try {
            spawner.spawn(RestartEpoch.FIRST, Optional.empty(), settings.current());
        } catch (CliException e) {
            backOff(e.getMessage());
        }
    }

    /** Goes on with what another supervisor has left behind: which of them serves they are going to say. */
    void adopt(Collection<Generation> left) {
        left.forEach(generation -> {
            announce.accept("found %s, whose supervisor is gone".formatted(generation.member()));
            spawner.admit(generation);
        });
        adoption.begin(serving -> {
            if (lifecycle.state() instanceof BackingOff) {
                serving.ifPresentOrElse(this::takeOver, this::startCold);
            }
        });
    }

    private void takeOver(Generation serving) {
        lifecycle.apply(new Spawned(serving.member()));
        lifecycle.apply(new Ready(serving.member()));
        serves(serving);
        adoption.dismissOthers(serving.member());
        upgrade(new UpgradeJob("the takeover", Optional.empty(), Optional.empty()));
    }

    /** Answers through {@code asked}. */
    void upgrade(UpgradeJob asked) {
        upgrades.begin(asked);
    }

    /** The answer is what to tell the requester. */
    ControlReply rollback(String requester) {
        return upgrades.rollBack(requester);
    }

    // ---- what generations tell

    void received(long pid, NotifyMessage message) {
        Optional<Generation> sender = household.ofPid(pid);
        if (sender.isEmpty()) {
            return;
        }
        Generation generation = sender.get();
        message.get(NotifyMessage.FAILURE).ifPresent(generation::failed);
        Optional<GenerationReport> report = GenerationReport.from(message);
        report.ifPresent(told -> {
            generation.reported(told);
            ledger.told(generation, told.moves());
            progress(generation, told.moves());
        });
        // READY is a datagram and may be lost; that it serves is said each second.
        if (message.says(NotifyMessage.READY) || generation.state() == GenerationState.SERVING) {
            ready(generation);
        }
        drains(generation);
        if (lifecycle.state() instanceof BackingOff && adoption.isLate(generation)) {
            // One that another supervisor has left, later than we waited for it.
            takeOver(generation);
        }
    }

    private void progress(Generation generation, Moves moves) {
        if (lifecycle.state() instanceof Upgrading(var _, var child)
                && child.equals(generation.member())
                && moves.expected() > 0) {
            ledger.counting("moved %d of %d connections".formatted(moves.adopted(), moves.expected()));
        }
    }

    private void ready(Generation generation) {
        Member member = generation.member();
        if (lifecycle.state() instanceof Starting(var child) && child.equals(member)) {
            lifecycle.apply(new Ready(member));
            serves(generation);
            adoption.dismissOthers(member);
            // With a job: the parent died on the way, so that nobody is left to drain.
            upgrades.committed();
        } else if (lifecycle.state() instanceof Upgrading(var parent, var child) && child.equals(member)) {
            lifecycle.apply(new Ready(member));
            serves(generation);
            household.find(parent).ifPresent(old -> {
                farewells.retire(old, settings.times().parentShutdown());
                drains(old);
                // It may be dead in all but name; the child serves, whatever the parent says.
                ledger.job()
                        .ifPresent(asked -> loop.later(DRAINING_DEADLINE, () -> {
                            if (ledger.isAbout(asked)) {
                                upgrades.committed();
                            }
                        }));
            });
        }
    }

    private void serves(Generation generation) {
        coldStarts.succeeded();
        if (!hasServed) {
            hasServed = true;
            firstServing.run();
        }
        settings.promote();
        household.save(settings.current());
        announce.accept("%s serves".formatted(generation.member()));
        ledger.progress("%s serves".formatted(generation.member()));
    }

    private void drains(Generation generation) {
        if (generation.state() != GenerationState.DRAINING) {
            return;
        }
        if (generation.retiring()) {
            upgrades.committed();
        } else if (lifecycle.state() instanceof Serving(var serving) && serving.equals(generation.member())) {
            // By a signal from outside, or because its child died right after it had told it to drain.
            lost(generation, "drains, and nobody serves in its place");
        }
    }

    // ---- ends

    private void gone(Generation generation, String how) {
        String words = generation.endWords(how);
        Member member = generation.member();
        household.remove(generation);
        ledger.ended(generation);
        SupervisorState before = lifecycle.state();
        lifecycle.apply(new Gone(member));
        switch (before) {
            case Starting(var child) when child.equals(member) -> startFailed(child, words);
            case Serving(var serving) when serving.equals(member) -> backOff("%s %s".formatted(member, words));
            case MakingRoom(var serving)
            when serving.equals(member) -> {
                upgrades.failed("%s %s meanwhile".formatted(member, words));
                backOff("%s %s".formatted(member, words));
            }
            case Upgrading(var parent, var child) when child.equals(member) -> childFailed(parent, generation, words);
            case Upgrading(var parent, var child)
            when parent.equals(member) ->
                announce.accept("%s %s while %s starts, which goes on alone".formatted(parent, words, child));
            case Stopping _ -> endIfEmpty();
            case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _, Stopped _ -> retired(generation);
        }
    }

    private void childFailed(Member parent, Generation child, String words) {
        upgrades.childFailed(parent, child, words);
        // It may have died between telling its parent to drain and telling us that it is ready.
        household.find(parent).ifPresent(this::drains);
    }

    private void startFailed(Member child, String words) {
        upgrades.failed("%s %s".formatted(child, words));
        // What another supervisor has left may still turn out to serve.
        if (hasServed || household.size() > 0) {
            backOff("%s %s".formatted(child, words));
        } else {
            announce.accept("cannot start: %s".formatted(words));
            giveUp();
        }
    }

    private void lost(Generation generation, String words) {
        lifecycle.apply(new Gone(generation.member()));
        farewells.retire(generation, settings.times().drain());
        backOff("%s %s".formatted(generation.member(), words));
    }

    private void retired(Generation generation) {
        announce.accept("%s is gone".formatted(generation.member()));
        household.save(settings.current());
        if (ledger.job().filter(job -> job.parent().equals(generation.member())).isPresent()) {
            upgrades.committed();
        }
        upgrades.spawnWhenThereIsRoom();
    }

    /** Nothing serves: a cold start, soon. Its base id is a new one, so that no left-over of the dead can be in the way. */
    private void backOff(String reason) {
        Runnable start = () -> {
            if (lifecycle.state() instanceof BackingOff) {
                startCold();
            }
        };
        coldStarts.after(reason, start, this::giveUp);
    }

    /** What still drains may do so to its end. */
    private void giveUp() {
        exitCode = ExitCode.FAILED;
        stop(false);
    }

    /** @param now cut connections instead of letting them drain */
    void stop(boolean now) {
        boolean again = lifecycle.state() instanceof Stopping;
        lifecycle.apply(new Stop());
        upgrades.failed("stopped meanwhile");
        if (now) {
            farewells.endAll();
        } else if (!again) {
            farewells.drainAll(settings.times().drain());
        }
        endIfEmpty();
    }

    private void endIfEmpty() {
        if (household.size() == 0 && lifecycle.state() instanceof Stopping) {
            lifecycle.apply(new Empty());
            ended.complete(exitCode);
        }
    }

    // ---- the rest

    void forward(int signal) {
        household.all().forEach(generation -> generation.signalOnceHeard(signal));
    }

    /** In the shape of design/interfaces.md. */
    Map<String, @Nullable Object> status() {
        return StatusView.render(lifecycle.state(), household.baseId(), household.all(), ledger.job(), ledger.last());
    }

    /** What a stop is waiting for. */
    String leavingWords() {
        return "%d connections of %d processes are left".formatted(household.connections(), household.size());
    }
}
