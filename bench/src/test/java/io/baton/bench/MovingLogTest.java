package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MovingLogTest {
    private static final String BEGUN =
            "2026-11-22T09:17:21.349Z INFO  [2:5762] Lifecycle: epoch 2: awaiting_ready -> migrating on MigrationBegun[pid=5969]";
    private static final String ENDED =
            "2026-11-22T09:17:21.409Z INFO  [3:5969] ChildMigration: adoption: Adopting[] -> Gathered[] on OffersEnded[left=36]";

    @Test
    void aMoveIsFromTheFirstOfferToTheLastAnswer() {
        MovingLog log = new MovingLog();
        log.accept(BEGUN);
        assertThat(log.last()).isEmpty();
        log.accept("baton: generation 3 (pid 5969) serves");
        log.accept(ENDED);

        assertThat(log.last())
                .hasValueSatisfying(moving -> assertThat(moving.ms()).isBetween(59.0, 61.0));
    }
}
