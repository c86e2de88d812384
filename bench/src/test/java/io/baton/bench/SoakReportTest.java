package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakReportTest {
    private static final long MIB = 1024 * 1024;

    @Test
    void whatGrowsIsToldAndWhatStaysIsFlat() {
        Report report = report(IntStream.range(0, 100)
                .mapToObj(i -> sample(60 * MIB, 30 + i, i))
                .toList());

        assertThat(row(report, "supervisor RSS")).endsWith("60.0", "60.0", "60.0", "60.0", "flat");
        // Medians of samples 20 to 39 and 80 to 99.
        assertThat(row(report, "supervisor fds")).endsWith("59.5", "119.5", "30.0", "129.0", "+60.0");
    }

    @Test
    void whatGrowsOnlyWhileItGetsWarmIsFlat() {
        Report report = report(IntStream.range(0, 100)
                .mapToObj(i -> sample((i < 20 ? 40 + i : 60) * MIB, 30, i))
                .toList());

        assertThat(row(report, "supervisor RSS")).endsWith("flat");
    }

    @Test
    void cpuIsThatOfTheTimeBetweenSamples() {
        Report report = report(IntStream.range(0, 30)
                .mapToObj(i -> sample(MIB, 1, 4 * i)) // 4 s of CPU in each 2 s
                .toList());

        assertThat(report.data().get("cpus"))
                .isEqualTo(
                        IntStream.range(0, 30).mapToObj(i -> i < 10 ? 0.0 : 2.0).toList());
    }

    @Test
    void lossesAreAmongTheRemarks() {
        Failures failures = new Failures(Map.of(FailureCause.CUT, new Failures.Tally(3, "an example")));
        Report report = new SoakReport(
                        Map.of(), List.of(), Duration.ofSeconds(2), List.of(sample(1, 1, 1)), seen(failures))
                .toReport();

        assertThat(report.remarks())
                .anyMatch(remark -> remark.startsWith("FAILURES: ") && remark.contains("3 (first: an example)"));
        assertThat(report.data().get("failed")).isEqualTo(3L);
    }

    @Test
    void aHeapInUseIsThatOfBothGenerations() {
        assertThat(HeapInfo.parse("""
                        4711:
                        def new generation   total 22144K, used 5120K [0x1, 0x2, 0x3)
                          eden space 19712K,  18% used [0x1, 0x2, 0x3)
                        tenured generation   total 49152K, used 1024K [0x1, 0x2, 0x3)
                        """)).hasValue(6144 * 1024);
        assertThat(HeapInfo.parse("""
                        4711:
                        DefNew     total 22144K, used 5120K [0x1, 0x2, 0x3)
                         eden space 19712K,  18% used [0x1, 0x2, 0x3)
                        Tenured    total 49152K, used 1024K [0x1, 0x2, 0x3)
                        """)).hasValue(6144 * 1024);
        assertThat(HeapInfo.parse("garbage-first heap   total 22144K, used 5120K"))
                .isEmpty();
    }

    private static List<String> row(Report report, String name) {
        return report.tables().getLast().rows().stream()
                .filter(row -> row.getFirst().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Report report(List<SoakSample> samples) {
        return new SoakReport(Map.of(), List.of(), Duration.ofSeconds(2), samples, seen(Failures.NONE)).toReport();
    }

    private static SoakSample sample(long rss, long fds, double cpuSeconds) {
        SoakSample.Footprint supervisor = new SoakSample.Footprint(rss, fds, 20);
        return new SoakSample(
                supervisor,
                new SoakSample.Footprint(100 * MIB, 300, 25),
                SoakSample.Heap.UNKNOWN,
                2,
                160 * MIB,
                cpuSeconds,
                6,
                1024,
                1);
    }

    private static SoakReport.Seen seen(Failures failures) {
        HttpResult http = new HttpResult(
                10 + failures.total(), 10, failures, 5, 0, 0, 0, new SampleRecorder(0).toSamples(1_000_000));
        EchoResult echo = new EchoResult(5, 5, Failures.NONE, 1000, 2000, 0);
        PingLoad.Result tls = new PingLoad.Result(5, Failures.NONE, new PingSamples());
        Restart restart =
                new Restart(0, 1_000_000, 2_000_000, 3_000_000, CompletableFuture.completedFuture(9_000_000L));
        return new SoakReport.Seen(http, echo, tls, List.of(restart));
    }
}
