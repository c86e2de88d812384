package io.baton.cli;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Spawned;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Starts generations, and takes them into the household. Only touched on the supervisor's thread. */
final class Spawner {
    private final SupervisorLoop loop;
    private final GenerationStarter starter;
    private final SupervisorLifecycle lifecycle;
    private final Household household;
    private final ReadyWatch readyWatch;
    private final Runnable hearOut;
    private final BiConsumer<Generation, String> gone;

    /**
     * @param hearOut returns when the supervisor's thread has been given all that processes which have ended by now have said
     * @param gone is told of each process that has ended, and how, on the supervisor's thread
     */
    Spawner(
            SupervisorLoop loop,
            GenerationStarter starter,
            SupervisorLifecycle lifecycle,
            Household household,
            ReadyWatch readyWatch,
            Runnable hearOut,
            BiConsumer<Generation, String> gone) {
        this.loop = loop;
        this.starter = starter;
        this.lifecycle = lifecycle;
        this.household = household;
        this.readyWatch = readyWatch;
        this.hearOut = hearOut;
        this.gone = gone;
    }

    /**
     * @param baseId of the lineage that it joins; empty for a new one
     * @throws CliException when there is no process, and the state is as before
     */
    Generation spawn(RestartEpoch epoch, Optional<BaseId> baseId, RunSettings with) throws CliException {
        LaunchPlan plan = new LaunchPlan(with.home(), with.config(), epoch, baseId, with.passedOn());
        Generation child;
        try {
            child = new Generation(epoch, starter.start(plan), Instant.now());
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot start %s: %s".formatted(LaunchPlan.launcher(with.home()), e.getMessage()),
                    e);
        }
        lifecycle.apply(new Spawned(child.member()));
        admit(child);
        household.save(with);
        readyWatch.watch(child, with.times().readyTimeout());
        return child;
    }

    /** Takes in one that lives, whoever has started it. */
    void admit(Generation generation) {
        household.add(generation);
        generation.process().onEnd(how -> {
            hearOut.run();
            loop.run(() -> gone.accept(generation, how));
        });
    }
}
