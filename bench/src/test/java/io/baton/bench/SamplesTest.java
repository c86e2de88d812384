package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final long START = 1_000_000_000_000L;

    @Test
    void answersForAnyWindowByWhenARequestWasDue() {
        Samples samples = record(START, 3000, new long[][] {{0, 1}, {999, 700}, {1000, 2}, {1500, 4}, {2000, 8}});
        assertThat(samples.between(START + ms(1000), START + ms(2000)))
                .returns(2L, Latency::count)
                .returns(4_000L, latency -> latency.maxMicros() / 10 * 10);
        assertThat(samples.latency().count()).isEqualTo(5);
    }

    @Test
    void findsTheWorstGapBetweenAnswersWithBothEndsOfTheRun() {
        assertThat(record(START, 1000, new long[][] {{100, 0}, {400, 50}, {700, 0}})
                        .worstGapMicros())
                .isEqualTo(350_000);
        assertThat(record(START, 5000, new long[][] {{100, 0}}).worstGapMicros())
                .isEqualTo(4_900_000);
        assertThat(record(START, 500, new long[][] {}).worstGapMicros()).isEqualTo(500_000);
    }

    @Test
    void tellsTheWorstOfEachSecond() {
        Samples samples = record(START, 3000, new long[][] {{0, 1}, {900, 300}, {2100, 7}});
        assertThat(samples.worstMicrosPerSecond()).containsExactly(300_000L, 0L, 7_000L);
    }

    @Test
    void putsTwoRunsOnOneTimeLine() {
        Samples first = record(START, 1000, new long[][] {{0, 1}, {500, 1}});
        Samples second = record(START + ms(250), 1000, new long[][] {{0, 2}, {500, 1}});
        for (Samples both : new Samples[] {first.plus(second), second.plus(first)}) {
            assertThat(both.startNanos()).isEqualTo(START);
            assertThat(both.between(START + ms(200), START + ms(300)).maxMicros())
                    .isBetween(1_999L, 2_001L);
            assertThat(both.worstGapMicros()).isEqualTo(499_000);
        }
    }

    private static Samples record(long start, long endMs, long[][] dueAndLatencyMs) {
        SampleRecorder recorder = new SampleRecorder(start);
        for (long[] sample : dueAndLatencyMs) {
            recorder.record(start + ms(sample[0]), start + ms(sample[0] + sample[1]));
        }
        return recorder.toSamples(start + ms(endMs));
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
