package io.baton.cli;

import static io.baton.posix.ProcessCalls.SIGKILL;
import static io.baton.posix.ProcessCalls.SIGTERM;
import static io.baton.posix.ProcessCalls.SIGWINCH;

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
    /** Consecutive starts that fail before it gives up. */
    static final int MAX_FAILURES = 10;

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    /** A generation reports each second: long enough to hear of each that an earlier supervisor left. */
    private static final Duration LISTENING = Duration.ofMillis(2500);
    /** What a process gets for its way out beyond the time it was promised, and between TERM and KILL. */
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** After the child is ready: how long the parent may take to say that it drains. */
    private static final Duration DRAINING_DEADLINE = Duration.ofSeconds(5);

    private final SupervisorLoop loop;
    private final GenerationStarter starter;
    private final RunSettings.Checker checker;
    private final Household household;
    private final Consumer<String> announce;
    private final CompletableFuture<ExitCode> ended = new CompletableFuture<>();

    private SupervisorState state = new BackingOff();
    private RunSettings settings;
    private @Nullable RunSettings next;
    private @Nullable UpgradeJob job;
    private @Nullable Handover lastHandover;
    private volatile Runnable firstServing = () -> {};
    private int failures;
    private boolean hasServed;

    /** @param announce is given one line for the user about each event */
    Supervisor(
            SupervisorLoop loop,
            GenerationStarter starter,
            RunSettings.Checker checker,
            RunSettings settings,
            RuntimeDir directory,
            Consumer<String> announce) {
        this.loop = loop;
        this.starter = starter;
        this.checker = checker;
        this.settings = settings;
        this.household = new Household(directory, announce);
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
        spawn(RestartEpoch.FIRST, Optional.empty(), settings);
    }

    /** Goes on with what another supervisor has left behind: which of them serves they are going to say. */
    void adopt(Collection<Generation> left) {
        left.forEach(generation -> {
            announce.accept("found %s, whose supervisor is gone".formatted(generation.member()));
            admit(generation);
        });
        loop.later(LISTENING, this::settle);
    }

    private void settle() {
        if (!(state instanceof BackingOff)) {
            return;
        }
        Optional<Generation> serving = household.all().reversed().stream()
                .filter(generation -> generation.state() == GenerationState.SERVING)
                .findFirst();
        for (Generation other : household.all()) {
            if (other.state() == GenerationState.DRAINING) {
                retire(other, settings.times().parentShutdown());
            } else if (serving.isEmpty() || other != serving.get()) {
                // Not ready, or hung: it would be in the way of those to come.
                other.process().signal(SIGKILL);
            }
        }
        if (serving.isEmpty()) {
            startCold();
            return;
        }
        apply(new Spawned(serving.get().member()));
        apply(new Ready(serving.get().member()));
        serves(serving.get());
        upgrade(new UpgradeJob("the takeover", Optional.empty(), Optional.empty()));
    }

    private void admit(Generation generation) {
        household.add(generation);
        generation.process().onEnd(how -> loop.run(() -> gone(generation, how)));
    }

    // ---- hot restart

    /** Answers through {@code asked}. */
    void upgrade(UpgradeJob asked) {
        if (job != null) {
            asked.refused("a hot restart is under way already: " + job.describe());
        } else if (!(state instanceof Serving(var serving))) {
            asked.refused("nothing serves that could be replaced: " + state);
        } else {
            job = asked;
            asked.accepted(serving);
            apply(new Asked());
            asked.progress("checking the config");
            RunSettings current = settings;
            loop.aside(() -> {
                try {
                    RunSettings checked = current.changed(asked.config(), asked.home(), checker);
                    loop.run(() -> checked(asked, checked));
                } catch (CliException e) {
                    loop.run(() -> abandon(asked, e.getMessage()));
                }
            });
        }
    }

    private void checked(UpgradeJob asked, RunSettings checked) {
        if (job == asked && state instanceof MakingRoom) {
            next = checked;
            spawnWhenThereIsRoom();
        }
    }

    private void abandon(UpgradeJob asked, String reason) {
        if (job == asked && state instanceof MakingRoom(var serving)) {
            apply(new Abandoned());
            endJob(Handover.Result.FAILED, "%s; %s goes on serving".formatted(reason, serving));
        }
    }

    /** Three generations at once would end in the oldest being cut short: its names are needed for the newest. */
    private void spawnWhenThereIsRoom() {
        if (!(state instanceof MakingRoom(var serving)) || next == null || job == null) {
            return;
        }
        Optional<Generation> retiring = household.retiring();
        if (retiring.isPresent()) {
            job.progress("waiting for %s to end: %d connections, at most %d s"
                    .formatted(
                            retiring.get().member(),
                            retiring.get().connections(),
                            retiring.get().secondsLeft()));
            return;
        }
        Optional<BaseId> baseId =
                household.find(serving).flatMap(Generation::report).map(GenerationReport::baseId);
        spawn(serving.epoch().next(), baseId, next);
    }

    private void spawn(RestartEpoch epoch, Optional<BaseId> baseId, RunSettings with) {
        LaunchPlan plan = new LaunchPlan(with.home(), with.config(), epoch, baseId, with.passedOn());
        try {
            Generation child = new Generation(epoch, starter.start(plan), Instant.now());
            apply(new Spawned(child.member()));
            admit(child);
            household.save(with);
            if (job != null) {
                job.progress("%s is starting".formatted(child.member()));
            }
            loop.later(
                    with.times().readyTimeout(),
                    () -> giveUpOn(child, with.times().readyTimeout()));
        } catch (IOException e) {
            spawnFailed("cannot start %s: %s".formatted(LaunchPlan.launcher(with.home()), e.getMessage()));
        }
    }

    private void spawnFailed(String reason) {
        if (job != null) {
            abandon(job, reason);
        } else {
            backOff(reason);
        }
    }

    private void giveUpOn(Generation child, Duration deadline) {
        boolean starting = state instanceof Starting(var member) && member.equals(child.member());
        boolean upgrading = state instanceof Upgrading hot && hot.child().equals(child.member());
        if (starting || upgrading) {
            child.failed("was not ready within %d s".formatted(deadline.toSeconds()));
            child.process().signal(SIGKILL);
        }
    }

    /** Undoes a hot restart that has not been committed; the answer is what to tell the requester. */
    ControlReply rollback(String requester) {
        if (job != null && state instanceof MakingRoom(var serving)) {
            abandon(job, "aborted by " + requester);
            return new ControlReply.Done("aborted; %s goes on serving".formatted(serving));
        }
        if (state instanceof Upgrading(var parent, var child)) {
            household.find(child).ifPresent(generation -> {
                generation.failed("was aborted by " + requester);
                generation.process().signal(SIGKILL);
            });
            return new ControlReply.Done("aborted %s; %s goes on serving".formatted(child, parent));
        }
        return new ControlReply.Refused("connections do not migrate yet: nothing to roll back after commit");
    }

    // ---- what generations tell

    void received(long pid, NotifyMessage message) {
        Optional<Generation> sender = household.ofPid(pid);
        if (sender.isEmpty()) {
            return;
        }
        Generation generation = sender.get();
        message.get(NotifyMessage.FAILURE).ifPresent(generation::failed);
        GenerationReport.from(message).ifPresent(generation::reported);
        if (message.says(NotifyMessage.READY)) {
            ready(generation);
        }
        drains(generation);
    }

    private void ready(Generation generation) {
        Member member = generation.member();
        if (state instanceof Starting(var child) && child.equals(member)) {
            apply(new Ready(member));
            serves(generation);
            // With a job: the parent died on the way, so that nobody is left to drain.
            committed();
        } else if (state instanceof Upgrading(var parent, var child) && child.equals(member)) {
            apply(new Ready(member));
            serves(generation);
            household.find(parent).ifPresent(old -> {
                retire(old, settings.times().parentShutdown());
                drains(old);
                UpgradeJob asked = job;
                loop.later(DRAINING_DEADLINE, () -> {
                    if (asked == job) {
                        committed();
                    }
                });
            });
        }
    }

    private void serves(Generation generation) {
        failures = 0;
        if (!hasServed) {
            hasServed = true;
            firstServing.run();
        }
        if (next != null) {
            settings = next;
            next = null;
        }
        household.save(settings);
        announce.accept("%s serves".formatted(generation.member()));
        if (job != null) {
            job.progress("%s serves".formatted(generation.member()));
        }
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

    /** The child serves and the parent drains, or is gone. */
    private void committed() {
        if (job != null && state instanceof Serving(var serving)) {
            endJob(Handover.Result.COMMITTED, "%s serves".formatted(serving));
        }
    }

    private void endJob(Handover.Result result, String words) {
        if (job == null) {
            return;
        }
        Member parent = job.parent();
        lastHandover = Handover.ended(parent, result, job.askedNanos());
        switch (result) {
            case COMMITTED -> job.done("%s, in %d ms".formatted(words, lastHandover.totalMs()));
            case FAILED -> {
                announce.accept("the hot restart failed: %s".formatted(words));
                job.refused(words);
            }
        }
        job = null;
        next = null;
    }

    // ---- ends

    private void retire(Generation generation, Duration atMost) {
        generation.retire(atMost.plus(GRACE));
        loop.later(atMost.plus(GRACE), () -> {
            if (household.find(generation.member()).isPresent()) {
                announce.accept("%s should have ended: TERM".formatted(generation.member()));
                endProcess(generation);
            }
        });
    }

    private void endProcess(Generation generation) {
        generation.process().signal(SIGTERM);
        loop.later(GRACE, () -> generation.process().signal(SIGKILL));
    }

    private void gone(Generation generation, String how) {
        String words = generation.endWords(how);
        Member member = generation.member();
        household.remove(generation);
        SupervisorState before = state;
        apply(new Gone(member));
        switch (before) {
            case Starting(var child) when child.equals(member) -> startFailed(child, words);
            case Serving(var serving) when serving.equals(member) -> backOff("%s %s".formatted(member, words));
            case MakingRoom(var serving)
            when serving.equals(member) -> {
                endJob(Handover.Result.FAILED, "%s %s meanwhile".formatted(member, words));
                backOff("%s %s".formatted(member, words));
            }
            case Upgrading(var parent, var child) when child.equals(member) -> childFailed(parent, child, words);
            case Upgrading(var parent, var child)
            when parent.equals(member) ->
                announce.accept("%s %s while %s starts, which goes on alone".formatted(parent, words, child));
            case Stopping _ -> endIfEmpty();
            case Starting _, Serving _, MakingRoom _, Upgrading _, BackingOff _, Stopped _ -> retired(generation);
        }
    }

    private void childFailed(Member parent, Member child, String words) {
        endJob(Handover.Result.FAILED, "%s %s; %s goes on serving".formatted(child, words, parent));
        // It may have died between telling its parent to drain and telling us that it is ready.
        household.find(parent).ifPresent(this::drains);
    }

    private void startFailed(Member child, String words) {
        endJob(Handover.Result.FAILED, "%s %s".formatted(child, words));
        if (hasServed) {
            backOff("%s %s".formatted(child, words));
        } else {
            announce.accept("cannot start: %s".formatted(words));
            finish(ExitCode.FAILED);
        }
    }

    private void lost(Generation generation, String words) {
        apply(new Gone(generation.member()));
        retire(generation, settings.times().drain());
        backOff("%s %s".formatted(generation.member(), words));
    }

    private void retired(Generation generation) {
        if (lastHandover != null && lastHandover.parent().equals(generation.member())) {
            long cut = generation.cut();
            lastHandover = lastHandover.parentGone(generation.connectionsAtRetirement() - cut, cut);
        }
        announce.accept("%s is gone".formatted(generation.member()));
        household.save(settings);
        if (job != null && job.parent().equals(generation.member())) {
            committed();
        }
        spawnWhenThereIsRoom();
    }

    /** Nothing serves: a cold start, soon. Its base id is a new one, so that no left-over of the dead can be in the way. */
    private void backOff(String reason) {
        failures++;
        if (failures > MAX_FAILURES) {
            announce.accept("%s; gave up after %d failures in a row".formatted(reason, MAX_FAILURES));
            finish(ExitCode.FAILED);
            return;
        }
        Duration delay = FIRST_BACKOFF.multipliedBy(1L << (failures - 1));
        Duration bounded = delay.compareTo(MAX_BACKOFF) < 0 ? delay : MAX_BACKOFF;
        announce.accept("%s; a cold start as epoch 0 follows in %d ms".formatted(reason, bounded.toMillis()));
        loop.later(bounded, () -> {
            if (state instanceof BackingOff) {
                startCold();
            }
        });
    }

    /** @param now cut connections instead of letting them drain; the second time it is always now */
    void stop(boolean now) {
        boolean again = state instanceof Stopping;
        apply(new Stop());
        if (job != null) {
            job.refused("stopped meanwhile");
            job = null;
        }
        Duration patience = settings.times().drain();
        if (now || again) {
            household.all().forEach(this::endProcess);
        } else {
            household.all().forEach(this::askToLeave);
            if (household.connections() > 0) {
                announce.accept("stopping: %d connections drain for at most %d s; once more cuts them"
                        .formatted(household.connections(), patience.toSeconds()));
            }
            loop.later(patience.plus(GRACE), () -> household.all().forEach(this::endProcess));
        }
        endIfEmpty();
    }

    private void askToLeave(Generation generation) {
        switch (generation.state()) {
            case AWAITING_READY -> endProcess(generation);
            case SERVING, MIGRATING -> generation.process().signal(SIGWINCH);
            case DRAINING, TERMINATED -> {}
        }
    }

    private void endIfEmpty() {
        if (household.size() == 0 && state instanceof Stopping) {
            apply(new Empty());
            finish(ExitCode.DONE);
        }
    }

    private void finish(ExitCode code) {
        household.all().forEach(this::endProcess);
        ended.complete(code);
    }

    // ---- the rest

    void forward(int signal) {
        household.all().forEach(generation -> generation.process().signal(signal));
    }

    /** In the shape of design/interfaces.md. */
    Map<String, @Nullable Object> status() {
        return StatusView.render(
                state,
                household.baseId(),
                household.all(),
                Optional.ofNullable(job),
                Optional.ofNullable(lastHandover));
    }

    /** What a stop is waiting for. */
    String leavingWords() {
        return "%d connections of %d processes are left".formatted(household.connections(), household.size());
    }

    private void apply(SupervisorState.Event event) {
        state = state.next(event);
    }
}
