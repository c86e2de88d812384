package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineagesReportTest {
    private static LineagesReport.Lineage lineage(long begin, long end, int answered, String pauses)
            throws BenchException {
        return LineagesReport.Lineage.of(Json.readObject("""
                        {"connections": 10, "begin_ns": %d, "end_ns": %d, "pauses_us": %s, "before_us": [100],
                         "parent_cpu_s": 1.5, "child_cpu_s": 2.5, "spawn_to_ready_ms": 3000, "answered": %d, "failed": 0,
                         "failures": "none"}""".formatted(begin, end, pauses, answered)));
    }

    @Test
    void allTogetherIsFromTheFirstOfferToTheLastAnswer() throws Exception {
        Report report = new LineagesReport(
                        Map.of(),
                        List.of(),
                        List.of(
                                lineage(5_000_000, 15_000_000, 10, "[1000, 2000]"),
                                lineage(9_000_000, 29_000_000, 10, "[9000]")))
                .toReport();

        List<String> together = report.tables().getFirst().rows().getLast();
        assertThat(together.subList(1, 6)).containsExactly("20", "24", "2.0", "9.0", "9.0");
        assertThat(report.tables().getFirst().rows().get(2)).endsWith("4");
        assertThat(report.data().get("failed_connections")).isEqualTo(0L);
        assertThat(report.data().get("sum_of_moving_ms")).isEqualTo(30.0);
    }

    @Test
    void aConnectionThatDidNotAnswerTheLastPingHasFailed() throws Exception {
        assertThat(lineage(1, 2, 8, "[]").failed()).isEqualTo(2);
        assertThat(lineage(1, 2, 8, "[]").failures()).contains("last ping: 2");
    }

    @Test
    void anAnswerThatLacksANumberIsNoAnswer() {
        assertThatThrownBy(() -> LineagesReport.Lineage.of(Map.of("connections", 1)))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("'failed'");
    }
}
