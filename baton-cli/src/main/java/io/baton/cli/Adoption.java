package io.baton.cli;

import static io.baton.posix.ProcessCalls.SIGKILL;
import static io.baton.posix.ProcessCalls.SIGWINCH;

import io.baton.cli.SupervisorState.Member;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds out what the generations are that an earlier supervisor left: those that live report each second, but one of them may be slow
 * to, or about to take over from another. Nothing is killed before something else serves. Only touched on the supervisor's thread.
 */
final class Adoption {
    private final SupervisorLoop loop;
    private final Household household;
    private final Farewells farewells;
    private final SettingsInUse settings;
    private boolean underWay;

    Adoption(SupervisorLoop loop, Household household, Farewells farewells, SettingsInUse settings) {
        this.loop = loop;
        this.household = household;
        this.farewells = farewells;
        this.settings = settings;
    }

    /** @param decided is given the newest that serves; empty when none has said so within the time a start may take */
    void begin(Consumer<Optional<Generation>> decided) {
        underWay = true;
        long deadlineNanos = System.nanoTime() + settings.times().readyTimeout().toNanos();
        loop.later(ReadyWatch.LISTENING, () -> look(deadlineNanos, decided));
    }

    private void look(long deadlineNanos, Consumer<Optional<Generation>> decided) {
        if (household.all().stream().allMatch(Adoption::isSettled) || System.nanoTime() - deadlineNanos >= 0) {
            underWay = false;
            decided.accept(household.all().reversed().stream()
                    .filter(generation -> generation.state() == GenerationState.SERVING)
                    .findFirst());
        } else {
            loop.later(ReadyWatch.LISTENING, () -> look(deadlineNanos, decided));
        }
    }

    /** Whether it serves, and says so only after it was decided that none does. */
    boolean isLate(Generation generation) {
        return !underWay && !generation.retiring() && generation.state() == GenerationState.SERVING;
    }

    private static boolean isSettled(Generation generation) {
        return switch (generation.state()) {
            case SERVING, DRAINING, TERMINATED -> true;
            case AWAITING_READY, MIGRATING -> false;
        };
    }

    /** {@code serving} does: those that drain may go on, what serves beside it is to drain, and the rest would be in the way. */
    void dismissOthers(Member serving) {
        for (Generation other : household.all()) {
            if (other.retiring() || other.member().equals(serving)) {
                continue;
            }
            switch (other.state()) {
                case DRAINING, TERMINATED ->
                    farewells.retire(other, settings.times().parentShutdown());
                case SERVING, MIGRATING -> {
                    other.process().signal(SIGWINCH);
                    farewells.retire(other, settings.times().parentShutdown());
                }
                case AWAITING_READY -> other.process().signal(SIGKILL);
            }
        }
    }
}
