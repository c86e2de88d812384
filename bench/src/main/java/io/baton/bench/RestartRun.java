package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** One proxy's restarts in one round. */
record RestartRun(HttpResult fresh, HttpResult kept, List<Restart> restarts) {
    RestartRun {
        restarts = List.copyOf(restarts);
    }

    HttpResult http() {
        return fresh.plus(kept);
    }

    List<Double> firstSecondWorstMs() {
        Samples samples = http().samples();
        return each(restart -> DemoResult.firstSecond(samples, restart), Latency::maxMicros);
    }

    List<Double> firstSecondP99Ms() {
        Samples samples = http().samples();
        return each(restart -> DemoResult.firstSecond(samples, restart), Latency::p99Micros);
    }

    List<Double> wholeWorstMs() {
        Samples samples = http().samples();
        return each(restart -> DemoResult.allOfIt(samples, restart), Latency::maxMicros);
    }

    /** Infinity where nothing was answered: no latency at all must not pass for a low one. */
    private List<Double> each(Function<Restart, Latency> window, ToLongFunction<Latency> value) {
        return restarts.stream()
                .map(window)
                .map(latency -> latency.count() == 0 ? Double.POSITIVE_INFINITY : value.applyAsLong(latency) / 1e3)
                .toList();
    }

    List<Double> spawnToReadyMs() {
        return restarts.stream().map(Restart::spawnToReadyMs).toList();
    }

    List<Double> goneMs() {
        return restarts.stream()
                .flatMapToLong(restart -> restart.oldGoneAfterMs().stream())
                .mapToObj(ms -> (double) ms)
                .toList();
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("new_connections", ResultJson.of(fresh));
        json.put("kept_connections", ResultJson.of(kept));
        json.put("first_second_worst_ms", firstSecondWorstMs());
        json.put("first_second_p99_ms", firstSecondP99Ms());
        json.put("from_command_to_a_second_after_worst_ms", wholeWorstMs());
        json.put("spawn_to_ready_ms", spawnToReadyMs());
        json.put("old_process_gone_after_ms", goneMs());
        return json;
    }
}
