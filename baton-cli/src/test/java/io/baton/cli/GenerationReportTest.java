package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationReportTest {
    private static final GenerationReport REPORT = new GenerationReport(
            new BaseId(17),
            new RestartEpoch(8),
            4711,
            GenerationState.DRAINING,
            Instant.parse("2026-01-02T03:04:05.678Z"),
            100,
            3,
            0,
            2,
            new Moves(9, 10, 4, 200, 1100, 3000));

    @Test
    void crossesTheSocketUnchanged() {
        NotifyMessage sent = NotifyMessage.decode(REPORT.toMessage().encode());

        assertThat(GenerationReport.from(sent)).contains(REPORT);
    }

    @Test
    void showsInSystemctlStatus() {
        assertThat(REPORT.toMessage().get(NotifyMessage.STATUS)).contains("generation 8 draining, 103 connections");
    }

    @ParameterizedTest
    @CsvSource({
        "X_BATON_EPOCH, -1",
        "X_BATON_EPOCH, 99999999999",
        "X_BATON_PID, me",
        "X_BATON_STATE, asleep",
        "X_BATON_STARTED, yesterday",
        "X_BATON_BASE_ID, 429496730",
        "X_BATON_TCP, ''"
    })
    void isNotMadeOfNonsense(String name, String value) {
        Map<String, String> fields = new HashMap<>(REPORT.toMessage().fields());
        fields.put(name, value);

        assertThat(GenerationReport.from(new NotifyMessage(fields))).isEmpty();
    }

    @Test
    void isNotMadeOfOtherMessages() {
        assertThat(GenerationReport.from(NotifyMessage.of("READY", "1"))).isEmpty();
    }
}
