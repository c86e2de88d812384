package io.baton;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Batches are as large as their answers are quick. */
class BatchPaceTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private long now;

    private void answer(BatchPace pace, long tookMs) {
        long offered = now;
        now += tookMs * MS;
        pace.answered(offered, now);
    }

    @Test
    void quickAnswersMakeBatchesAsLargeAsTheyMayBe() {
        BatchPace pace = new BatchPace(64, now);
        assertThat(pace.size()).isEqualTo(16);
        for (int i = 0; i < 5; i++) {
            answer(pace, 1);
        }
        assertThat(pace.size()).isEqualTo(64);
    }

    @Test
    void slowAnswersMakeThemSmallerButNotTiny() {
        BatchPace pace = new BatchPace(64, now);
        for (int i = 0; i < 10; i++) {
            answer(pace, 20);
        }
        assertThat(pace.size()).isEqualTo(8);
    }

    @Test
    void batchesOfTheOldSizeAreNoReasonToShrinkAgain() {
        BatchPace pace = new BatchPace(64, now);
        long offered = now;
        now += 10 * MS;
        pace.answered(offered, now);
        pace.answered(offered + MS, now + MS);
        assertThat(pace.size()).isEqualTo(8);
        answer(pace, 3);
        assertThat(pace.size()).as("neither quick nor slow").isEqualTo(8);
    }

    @Test
    void noBatchIsLargerThanTheConfigSays() {
        BatchPace pace = new BatchPace(5, now);
        answer(pace, 1);
        assertThat(pace.size()).isEqualTo(5);
        answer(pace, 20);
        assertThat(pace.size()).isLessThanOrEqualTo(5);
    }
}
