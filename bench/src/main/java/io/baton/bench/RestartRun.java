package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        return restarts.stream()
                .map(restart -> DemoResult.firstSecond(samples, restart).maxMicros() / 1e3)
                .toList();
    }

    List<Double> firstSecondP99Ms() {
        Samples samples = http().samples();
        return restarts.stream()
                .map(restart -> DemoResult.firstSecond(samples, restart).p99Micros() / 1e3)
                .toList();
    }

    List<Double> wholeWorstMs() {
        Samples samples = http().samples();
        return restarts.stream()
                .map(restart -> DemoResult.allOfIt(samples, restart).maxMicros() / 1e3)
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
