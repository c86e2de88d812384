package io.baton.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Cold starts after something has failed: ever later, and not for ever. Only touched on the supervisor's thread. */
final class ColdStarts {
    private final SupervisorLoop loop;
    private final Backoff backoff;
    private final Consumer<String> announce;

    ColdStarts(SupervisorLoop loop, Backoff backoff, Consumer<String> announce) {
        this.loop = loop;
        this.backoff = backoff;
        this.announce = announce;
    }

    /** One of the two is called: {@code start} soon, or {@code giveUp} at once. */
    void after(String reason, Runnable start, Runnable giveUp) {
        Optional<Duration> delay = backoff.next();
        if (delay.isEmpty()) {
            announce.accept("%s; gave up after %d failures in a row".formatted(reason, Backoff.MAX_FAILURES));
            giveUp.run();
            return;
        }
        announce.accept("%s; a cold start as epoch 0 follows in %d ms"
                .formatted(reason, delay.get().toMillis()));
        loop.later(delay.get(), start);
    }

    void succeeded() {
        backoff.succeeded();
    }
}
