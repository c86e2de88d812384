package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One handover between real processes.
 *
 * @param movingMs from the first offer to the last answer; empty when the log does not say
 * @param moving the longest round trip of each busy connection while connections moved
 * @param whole the same, from the command to a second after it returned
 * @param quiet the same, for as long before the command
 * @param parentCpuSeconds of the old process, from the command to its end
 * @param childCpuSeconds of the new one, from its start to the command's return: its start and rehearsal are in it
 */
record HandoverRun(
        int connections,
        Optional<Double> movingMs,
        Optional<Latency> moving,
        Latency whole,
        Latency quiet,
        double parentCpuSeconds,
        double childCpuSeconds,
        double spawnToReadyMs,
        OptionalLong oldGoneMs) {

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", connections);
        movingMs.ifPresent(ms -> json.put("moving_ms", ms));
        moving.ifPresent(latency -> json.put("worst_round_trip_while_moving", latency(latency)));
        json.put("worst_round_trip_of_the_whole_upgrade", latency(whole));
        json.put("worst_round_trip_before", latency(quiet));
        json.put("parent_cpu_s", parentCpuSeconds);
        json.put("child_cpu_s", childCpuSeconds);
        json.put("spawn_to_ready_ms", spawnToReadyMs);
        oldGoneMs.ifPresent(ms -> json.put("old_process_gone_after_ms", ms));
        return json;
    }

    private static Map<String, Object> latency(Latency latency) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", latency.count());
        json.put("p50_us", latency.p50Micros());
        json.put("p99_us", latency.p99Micros());
        json.put("max_us", latency.maxMicros());
        return json;
    }
}
