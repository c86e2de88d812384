package io.baton.cli;

import static io.baton.posix.ProcessCalls.SIGKILL;
import static io.baton.posix.ProcessCalls.SIGTERM;
import static io.baton.posix.ProcessCalls.SIGWINCH;

import java.time.Duration;
import java.util.function.Consumer;

/** How processes are made to end: asked, told, killed. Only touched on the supervisor's thread. */
final class Farewells {
    /** What a process gets for its way out beyond the time it was promised, and between TERM and KILL. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private final SupervisorLoop loop;
    private final Household household;
    private final Consumer<String> announce;

    Farewells(SupervisorLoop loop, Household household, Consumer<String> announce) {
        this.loop = loop;
        this.household = household;
        this.announce = announce;
    }

    /** Another serves: this one drains, and is made to end should it not have ended after {@code atMost} and some grace. */
    void retire(Generation generation, Duration atMost) {
        Duration limit = atMost.plus(GRACE);
        generation.retire(limit);
        loop.later(limit, () -> {
            if (household.find(generation.member()).isPresent()) {
                announce.accept("%s should have ended: TERM".formatted(generation.member()));
                end(generation);
            }
        });
    }

    /** TERM, and KILL if that does not help. */
    void end(Generation generation) {
        generation.process().signal(SIGTERM);
        loop.later(GRACE, () -> generation.process().signal(SIGKILL));
    }

    void endAll() {
        household.all().forEach(this::end);
    }

    /** Connections may end by themselves, for {@code atMost}. */
    void drainAll(Duration atMost) {
        household.all().forEach(this::drain);
        if (household.connections() > 0) {
            announce.accept("stopping: %d connections drain for at most %d s; stop --now or a second signal cuts them"
                    .formatted(household.connections(), atMost.toSeconds()));
        }
        loop.later(atMost.plus(GRACE), this::endAll);
    }

    private void drain(Generation generation) {
        switch (generation.state()) {
            case AWAITING_READY -> {
                if (generation.process() instanceof GenerationProcess.Adopted
                        && generation.report().isEmpty()) {
                    // It may well serve. To one that still starts WINCH says to end, too.
                    generation.process().signal(SIGWINCH);
                } else {
                    end(generation);
                }
            }
            case SERVING, MIGRATING -> generation.process().signal(SIGWINCH);
            case DRAINING, TERMINATED -> {}
        }
    }
}
