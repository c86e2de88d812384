package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Results of loads in the shape of our JSON reports. */
final class ResultJson {
    private ResultJson() {}

    static Map<String, Object> of(HttpResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sent", result.sent());
        json.put("answered", result.answered());
        json.put("failed", result.failures().total());
        json.put("failures", of(result.failures()));
        json.put("connections_opened", result.connectionsOpened());
        json.put("connections_cut", result.failures().cut());
        json.put("closed_idle", result.closedIdle());
        json.put("not_closed", result.notClosed());
        json.put("unasked", result.unasked());
        json.put("worst_gap_ms", result.samples().worstGapMicros() / 1e3);
        json.put("latency", of(result.samples().latency()));
        json.put(
                "worst_ms_per_second",
                result.samples().worstMicrosPerSecond().stream()
                        .map(micros -> micros / 1e3)
                        .toList());
        return json;
    }

    static Map<String, Object> of(EchoResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("begun", result.begun());
        json.put("complete", result.complete());
        json.put("failed", result.failures().total());
        json.put("failures", of(result.failures()));
        json.put("cut", result.failures().cut());
        json.put("corrupted", result.failures().of(FailureCause.WRONG_BYTES));
        json.put("bytes_checked", result.bytesChecked());
        json.put("worst_pause_ms", result.worstPauseMicros() / 1e3);
        return json;
    }

    static Map<String, Object> of(Latency latency) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", latency.count());
        json.put("p50_ms", latency.p50Micros() / 1e3);
        json.put("p99_ms", latency.p99Micros() / 1e3);
        json.put("p999_ms", latency.p999Micros() / 1e3);
        json.put("max_ms", latency.maxMicros() / 1e3);
        return json;
    }

    private static Map<String, Object> of(Failures failures) {
        Map<String, Object> json = new LinkedHashMap<>();
        failures.byCause()
                .forEach((cause, tally) ->
                        json.put(cause.text(), Map.of("count", tally.count(), "first", tally.firstExample())));
        return json;
    }
}
