package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReloadReportTest {
    @Test
    void tellsWhatWasLostWhereAndWhy() {
        Failures kept = new Failures(Map.of(
                FailureCause.CUT, new Failures.Tally(3, "an example"), FailureCause.RESET, new Failures.Tally(2, "x")));
        Failures fresh = new Failures(Map.of(FailureCause.CONNECT_REFUSED, new Failures.Tally(1, "y")));
        ReloadRun run = new ReloadRun(
                new ReloadPlan(10, 64, 8),
                result(100, kept, 64 + 7, 4),
                result(50, fresh, 50, 0),
                List.of(new Restart(0, 1_000_000, 2_000_000, 3_000_000, CompletableFuture.completedFuture(9_000_000L))),
                List.of(6L));
        Report report = new ReloadReport(Map.of(), List.of("How."), Map.of("nginx", run)).toReport();

        assertThat(report.tables().getFirst().rows().getLast())
                .containsExactly("nginx", "1", "156", "6", "5", "1", "5", "1", "0", "4", "7");
        assertThat(report.remarks()).anyMatch(remark -> remark.contains("ended early: 3 (first: an example)"));
        assertThat(run.toJson()).containsEntry("failed_per_reload", List.of(6L)).containsEntry("reconnects", 7L);
    }

    private static HttpResult result(long answered, Failures failures, long opened, long closedIdle) {
        return new HttpResult(
                answered + failures.total(),
                answered,
                failures,
                opened,
                closedIdle,
                0,
                0,
                new SampleRecorder(0).toSamples(1_000_000));
    }
}
