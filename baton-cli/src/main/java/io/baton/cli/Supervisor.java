package io.baton.cli;

import static io.baton.cli.Handover.Result.COMMITTED;
import static io.baton.cli.Handover.Result.FAILED;
import static io.baton.cli.Handover.Result.ROLLED_BACK;
import static io.baton.posix.ProcessCalls.SIGKILL;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Abandoned;
import io.baton.cli.SupervisorState.Asked;
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
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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

    /** For a child that is told to undo: it gives its connections back, at most 10 s for those that cannot go at once. */
    private static final Duration ROLLBACK_DEADLINE = Duration.ofSeconds(20);

    private final SupervisorLoop loop;
    private final GenerationStarter starter;
    private final SettingsInUse settings;
    private final Household household;
    private final HandoverLedger ledger;
    private final Farewells farewells;
    private final ReadyWatch readyWatch;
    private final Consumer<String> announce;
    private final ColdStarts coldStarts;
    private final Adoption adoption;
    private final CompletableFuture<ExitCode> ended = new CompletableFuture<>();

    private SupervisorState state = new BackingOff();
    private volatile Runnable firstServing = () -> {};
    private boolean hasServed;
    private ExitCode exitCode = ExitCode.DONE;

    /** @param announce is given one line for the user about each event */
    Supervisor(
            SupervisorLoop loop,
            GenerationStarter starter,
            SettingsInUse settings,
            RuntimeDir directory,
            Backoff backoff,
            Consumer<String> announce) {
        this.loop = loop;
        this.starter = starter;
        this.settings = settings;
        this.household = new Household(directory, announce);
        this.ledger = new HandoverLedger(announce);
        this.farewells = new Farewells(loop, household, announce);
        this.readyWatch = new ReadyWatch(loop, household, () -> state);
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

    // ---- beginnings

    void startCold() {
        spawn(RestartEpoch.FIRST, Optional.empty(), settings.current());
    }

    /** Goes on with what another supervisor has left behind: which of them serves they are going to say. */
    void adopt(Collection<Generation> left) {
        left.forEach(generation -> {
            announce.accept("found %s, whose supervisor is gone".formatted(generation.member()));
            admit(generation);
        });
        adoption.begin(serving -> {
            if (state instanceof BackingOff) {
                serving.ifPresentOrElse(this::takeOver, this::startCold);
            }
        });
    }

    private void takeOver(Generation serving) {
        apply(new Spawned(serving.member()));
        apply(new Ready(serving.member()));
        serves(serving);
        adoption.dismissOthers(serving.member());
        upgrade(new UpgradeJob("the takeover", Optional.empty(), Optional.empty()));
    }

    private void admit(Generation generation) {
        household.add(generation);
        generation.process().onEnd(how -> loop.run(() -> gone(generation, how)));
    }

    // ---- hot restart

    /** Answers through {@code asked}. */
    void upgrade(UpgradeJob asked) {
        if (ledger.job().isPresent()) {
            asked.refused(
                    "a hot restart is under way already: " + ledger.job().get().describe());
        } else if (!(state instanceof Serving(var serving))) {
            asked.refused("nothing serves that could be replaced: " + state);
        } else {
            ledger.open(asked, serving);
            apply(new Asked());
            asked.progress("checking the config");
            settings.check(asked, checked -> checked(asked, checked), reason -> abandon(asked, reason));
        }
    }

    private void checked(UpgradeJob asked, RunSettings checked) {
        if (ledger.isAbout(asked) && state instanceof MakingRoom) {
            settings.prepare(checked);
            spawnWhenThereIsRoom();
        }
    }

    private void abandon(UpgradeJob asked, String reason) {
        if (ledger.isAbout(asked) && state instanceof MakingRoom(var serving)) {
            apply(new Abandoned());
            failed("%s; %s goes on serving".formatted(reason, serving));
        }
    }

    /** Three generations at once would end in the oldest being cut short: its names are needed for the newest. */
    private void spawnWhenThereIsRoom() {
        if (!(state instanceof MakingRoom(var serving)) || settings.next().isEmpty()) {
            return;
        }
        Optional<Generation> retiring = household.retiring();
        if (retiring.isPresent()) {
            ledger.progress("waiting for %s to end: %d connections, at most %d s"
                    .formatted(
                            retiring.get().member(),
                            retiring.get().connections(),
                            retiring.get().secondsLeft()));
            return;
        }
        Optional<BaseId> baseId =
                household.find(serving).flatMap(Generation::report).map(GenerationReport::baseId);
        spawn(serving.epoch().next(), baseId, settings.next().get());
    }

    private void spawn(RestartEpoch epoch, Optional<BaseId> baseId, RunSettings with) {
        LaunchPlan plan = new LaunchPlan(with.home(), with.config(), epoch, baseId, with.passedOn());
        try {
            Generation child = new Generation(epoch, starter.start(plan), Instant.now());
            apply(new Spawned(child.member()));
            admit(child);
            household.save(with);
            ledger.progress("%s is starting".formatted(child.member()));
            readyWatch.watch(child, with.times().readyTimeout());
        } catch (IOException e) {
            String reason = "cannot start %s: %s".formatted(LaunchPlan.launcher(with.home()), e.getMessage());
            ledger.job().ifPresentOrElse(job -> abandon(job, reason), () -> backOff(reason));
        }
    }

    /** Undoes a hot restart that has not been committed; the answer is what to tell the requester. */
    ControlReply rollback(String requester) {
        if (state instanceof MakingRoom(var serving)) {
            ledger.job().ifPresent(job -> abandon(job, "aborted by " + requester));
            return new ControlReply.Done("aborted; %s goes on serving".formatted(serving));
        }
        if (state instanceof Upgrading(var parent, var child) && !readyWatch.isCommitting(parent)) {
            household.find(child).ifPresent(generation -> {
                generation.undo("was aborted by " + requester); // not killed: it may have connections to give back
                loop.later(ROLLBACK_DEADLINE, () -> killIfStillThere(generation));
            });
            return new ControlReply.Done("aborted %s; %s goes on serving".formatted(child, parent));
        }
        return new ControlReply.Refused("no hot restart is under way, or it is committed: nothing to roll back");
    }

    private void killIfStillThere(Generation generation) {
        if (state instanceof Upgrading(var _, var child) && child.equals(generation.member())) {
            generation.process().signal(SIGKILL);
        }
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
            progress(generation, told.moves());
        });
        // READY is a datagram and may be lost; that it serves is said each second.
        if (message.says(NotifyMessage.READY) || generation.state() == GenerationState.SERVING) {
            ready(generation);
        }
        // The very report that it serves may be what ends the hot restart, and it has the numbers of it.
        report.ifPresent(told -> ledger.told(generation, told.moves()));
        drains(generation);
        if (state instanceof BackingOff && adoption.isLate(generation)) {
            // One that another supervisor has left, later than we waited for it.
            takeOver(generation);
        }
    }

    private void progress(Generation generation, Moves moves) {
        if (state instanceof Upgrading(var _, var child) && child.equals(generation.member()) && moves.expected() > 0) {
            ledger.progress("moved %d of %d connections".formatted(moves.adopted(), moves.expected()));
        }
    }

    private void ready(Generation generation) {
        Member member = generation.member();
        if (state instanceof Starting(var child) && child.equals(member)) {
            apply(new Ready(member));
            serves(generation);
            adoption.dismissOthers(member);
            // With a job: the parent died on the way, so that nobody is left to drain.
            committed();
        } else if (state instanceof Upgrading(var parent, var child) && child.equals(member)) {
            apply(new Ready(member));
            serves(generation);
            household.find(parent).ifPresent(old -> {
                farewells.retire(old, settings.times().parentShutdown());
                drains(old);
                // It may be dead in all but name; the child serves, whatever the parent says.
                ledger.job()
                        .ifPresent(asked -> loop.later(DRAINING_DEADLINE, () -> {
                            if (ledger.isAbout(asked)) {
                                committed();
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
            committed();
        } else if (state instanceof Serving(var serving) && serving.equals(generation.member())) {
            // By a signal from outside, or because its child died right after it had told it to drain.
            lost(generation, "drains, and nobody serves in its place");
        }
    }

    private void failed(String words) {
        settings.forget();
        ledger.close(FAILED, words);
    }

    /** The child serves and the parent drains, or is gone. */
    private void committed() {
        if (state instanceof Serving(var serving)) {
            ledger.close(COMMITTED, "%s serves".formatted(serving));
        }
    }

    // ---- ends

    private void gone(Generation generation, String how) {
        String words = generation.endWords(how);
        Member member = generation.member();
        household.remove(generation);
        ledger.ended(generation);
        SupervisorState before = state;
        apply(new Gone(member));
        switch (before) {
            case Starting(var child) when child.equals(member) -> startFailed(child, words);
            case Serving(var serving) when serving.equals(member) -> backOff("%s %s".formatted(member, words));
            case MakingRoom(var serving)
            when serving.equals(member) -> {
                failed("%s %s meanwhile".formatted(member, words));
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
        settings.forget();
        ledger.close(
                child.undone() ? ROLLED_BACK : FAILED,
                "%s %s; %s goes on serving".formatted(child.member(), words, parent));
        // It may have died between telling its parent to drain and telling us that it is ready.
        household.find(parent).ifPresent(this::drains);
    }

    private void startFailed(Member child, String words) {
        failed("%s %s".formatted(child, words));
        // What another supervisor has left may still turn out to serve.
        if (hasServed || household.size() > 0) {
            backOff("%s %s".formatted(child, words));
        } else {
            announce.accept("cannot start: %s".formatted(words));
            giveUp();
        }
    }

    private void lost(Generation generation, String words) {
        apply(new Gone(generation.member()));
        farewells.retire(generation, settings.times().drain());
        backOff("%s %s".formatted(generation.member(), words));
    }

    private void retired(Generation generation) {
        announce.accept("%s is gone".formatted(generation.member()));
        household.save(settings.current());
        if (ledger.job().filter(job -> job.parent().equals(generation.member())).isPresent()) {
            committed();
        }
        spawnWhenThereIsRoom();
    }

    /** Nothing serves: a cold start, soon. Its base id is a new one, so that no left-over of the dead can be in the way. */
    private void backOff(String reason) {
        Runnable start = () -> {
            if (state instanceof BackingOff) {
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
        boolean again = state instanceof Stopping;
        apply(new Stop());
        failed("stopped meanwhile");
        if (now) {
            farewells.endAll();
        } else if (!again) {
            farewells.drainAll(settings.times().drain());
        }
        endIfEmpty();
    }

    private void endIfEmpty() {
        if (household.size() == 0 && state instanceof Stopping) {
            apply(new Empty());
            ended.complete(exitCode);
        }
    }

    // ---- the rest

    void forward(int signal) {
        household.all().forEach(generation -> generation.signalOnceHeard(signal));
    }

    /** In the shape of design/interfaces.md. */
    Map<String, @Nullable Object> status() {
        return StatusView.render(state, household.baseId(), household.all(), ledger.job(), ledger.last());
    }

    /** What a stop is waiting for. */
    String leavingWords() {
        return "%d connections of %d processes are left".formatted(household.connections(), household.size());
    }

    private void apply(SupervisorState.Event event) {
        state = state.next(event);
    }
}
