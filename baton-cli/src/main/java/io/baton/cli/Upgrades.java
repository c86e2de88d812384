package io.baton.cli;

import static io.baton.cli.Handover.Result.COMMITTED;
import static io.baton.cli.Handover.Result.FAILED;
import static io.baton.cli.Handover.Result.ROLLED_BACK;
import static io.baton.posix.ProcessCalls.SIGKILL;

import io.baton.BaseId;
import io.baton.cli.SupervisorState.Abandoned;
import io.baton.cli.SupervisorState.Asked;
import io.baton.cli.SupervisorState.BackingOff;
import io.baton.cli.SupervisorState.MakingRoom;
import io.baton.cli.SupervisorState.Member;
import io.baton.cli.SupervisorState.Serving;
import io.baton.cli.SupervisorState.Upgrading;
import java.time.Duration;
import java.util.Optional;

/**
 * Hot restarts, one at a time: from the request to the child's process, and how each comes out. Whatever goes wrong, the generation that
 * serves is not touched. Only touched on the supervisor's thread.
 */
final class Upgrades {
    /** For a child that is told to undo: it gives its connections back, at most 10 s for those that cannot go at once. */
    private static final Duration ROLLBACK_DEADLINE = Duration.ofSeconds(20);

    private final SupervisorLoop loop;
    private final SupervisorLifecycle lifecycle;
    private final SettingsInUse settings;
    private final Household household;
    private final HandoverLedger ledger;
    private final ReadyWatch readyWatch;
    private final Spawner spawner;

    Upgrades(
            SupervisorLoop loop,
            SupervisorLifecycle lifecycle,
            SettingsInUse settings,
            Household household,
            HandoverLedger ledger,
            ReadyWatch readyWatch,
            Spawner spawner) {
        this.loop = loop;
        this.lifecycle = lifecycle;
        this.settings = settings;
        this.household = household;
        this.ledger = ledger;
        this.readyWatch = readyWatch;
        this.spawner = spawner;
    }

    /** Answers through {@code asked}. */
    void begin(UpgradeJob asked) {
        if (ledger.job().isPresent()) {
            asked.refused(
                    "a hot restart is under way already: " + ledger.job().get().describe());
        } else if (!(lifecycle.state() instanceof Serving(var serving))) {
            String reason = "nothing serves that could be replaced: " + lifecycle.state();
            if (lifecycle.state() instanceof BackingOff) {
                ledger.refuse(asked, reason);
            } else {
                asked.refused(reason);
            }
        } else {
            ledger.open(asked, serving);
            lifecycle.apply(new Asked());
            ledger.progress("checking the config");
            settings.check(asked, checked -> checked(asked, checked), reason -> abandon(asked, reason));
        }
    }

    private void checked(UpgradeJob asked, RunSettings checked) {
        if (ledger.isAbout(asked) && lifecycle.state() instanceof MakingRoom) {
            settings.prepare(checked);
            spawnWhenThereIsRoom();
        }
    }

    private void abandon(UpgradeJob asked, String reason) {
        if (ledger.isAbout(asked) && lifecycle.state() instanceof MakingRoom(var serving)) {
            lifecycle.apply(new Abandoned());
            failed("%s; %s goes on serving".formatted(reason, serving));
        }
    }

    /** Three generations at once would end in the oldest being cut short: its names are needed for the newest. */
    void spawnWhenThereIsRoom() {
        if (!(lifecycle.state() instanceof MakingRoom(var serving))
                || settings.next().isEmpty()) {
            return;
        }
        Optional<Generation> retiring = household.retiring();
        if (retiring.isPresent()) {
            ledger.progress("waiting for %s to end: %d connections, at most %d s"
                    .formatted(
                            retiring.get().member(),
                            retiring.get().connections(),
                            retiring.get().secondsLeft()));
        } else {
            spawn(serving, settings.next().get());
        }
    }

    private void spawn(Member serving, RunSettings with) {
        Optional<BaseId> baseId =
                household.find(serving).flatMap(Generation::report).map(GenerationReport::baseId);
        try {
            Generation child = spawner.spawn(serving.epoch().next(), baseId, with);
            ledger.progress("%s is starting".formatted(child.member()));
        } catch (CliException e) {
            ledger.job().ifPresent(job -> abandon(job, e.getMessage()));
        }
    }

    /** Undoes a hot restart that has not been committed; the answer is what to tell the requester. */
    ControlReply rollBack(String requester) {
        if (lifecycle.state() instanceof MakingRoom(var serving)) {
            ledger.job().ifPresent(job -> abandon(job, "aborted by " + requester));
            return new ControlReply.Done("aborted; %s goes on serving".formatted(serving));
        }
        if (lifecycle.state() instanceof Upgrading(var parent, var child) && !readyWatch.isCommitting(parent)) {
            household.find(child).ifPresent(generation -> {
                generation.undo("was aborted by " + requester); // not killed: it may have connections to give back
                loop.later(ROLLBACK_DEADLINE, () -> killIfStillThere(generation));
            });
            return new ControlReply.Done("aborted %s; %s goes on serving".formatted(child, parent));
        }
        return new ControlReply.Refused("no hot restart is under way, or it is committed: nothing to roll back");
    }

    private void killIfStillThere(Generation generation) {
        if (lifecycle.state() instanceof Upgrading(var _, var child) && child.equals(generation.member())) {
            generation.process().signal(SIGKILL);
        }
    }

    /** Does nothing when none is under way. */
    void failed(String words) {
        settings.forget();
        ledger.close(FAILED, words);
    }

    /** The child's process has ended before it served. */
    void childFailed(Member parent, Generation child, String words) {
        settings.forget();
        ledger.close(
                child.undone() ? ROLLED_BACK : FAILED,
                "%s %s; %s goes on serving".formatted(child.member(), words, parent));
    }

    /** The child serves and the parent drains, or is gone; does nothing when no hot restart is under way. */
    void committed() {
        if (lifecycle.state() instanceof Serving(var serving)) {
            ledger.close(COMMITTED, "%s serves".formatted(serving));
        }
    }
}
