package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lays handovers of several lineages out, each by itself and all together. */
record LineagesReport(Map<String, String> facts, List<String> remarks, List<Lineage> lineages) {

    /** What one worker saw. Times are {@link System#nanoTime()}, which all processes share. */
    record Lineage(
            int connections,
            long beginNanos,
            long endNanos,
            List<Long> pauses,
            List<Long> before,
            double parentCpuSeconds,
            double childCpuSeconds,
            double spawnToReadyMs,
            long failed,
            String failures) {
        static Lineage of(Map<?, ?> json) throws BenchException {
            int connections = (int) Json.number(json, "connections");
            long failed = (long) Json.number(json, "failed");
            long silent = Math.max(0, connections - failed - (long) Json.number(json, "answered"));
            return new Lineage(
                    connections,
                    (long) Json.number(json, "begin_ns"),
                    (long) Json.number(json, "end_ns"),
                    longs(json.get("pauses_us")),
                    longs(json.get("before_us")),
                    Json.number(json, "parent_cpu_s"),
                    Json.number(json, "child_cpu_s"),
                    Json.number(json, "spawn_to_ready_ms"),
                    failed + silent,
                    silent == 0
                            ? String.valueOf(json.get("failures"))
                            : "%s; no answer to the last ping: %d".formatted(json.get("failures"), silent));
        }

        private static List<Long> longs(@Nullable Object list) {
            List<Long> longs = new ArrayList<>();
            if (list instanceof List<?> values) {
                for (Object value : values) {
                    if (value instanceof Number number) {
                        longs.add(number.longValue());
                    }
                }
            }
            return longs;
        }

        double movingMs() {
            return (endNanos - beginNanos) / 1e6;
        }
    }

    Report toReport() {
        long begin = lineages.stream().mapToLong(Lineage::beginNanos).min().orElse(0);
        long end = lineages.stream().mapToLong(Lineage::endNanos).max().orElse(0);
        long failed = lineages.stream().mapToLong(Lineage::failed).sum();
        List<String> all = new ArrayList<>(remarks);
        all.add("Connections that failed in any of it: " + (failed == 0 ? "none" : failed));
        lineages.stream().filter(lineage -> lineage.failed() > 0).forEach(lineage -> all.add(lineage.failures()));
        Lineage together = new Lineage(
                lineages.stream().mapToInt(Lineage::connections).sum(),
                begin,
                end,
                lineages.stream().flatMap(lineage -> lineage.pauses().stream()).toList(),
                lineages.stream().flatMap(lineage -> lineage.before().stream()).toList(),
                lineages.stream().mapToDouble(Lineage::parentCpuSeconds).sum(),
                lineages.stream().mapToDouble(Lineage::childCpuSeconds).sum(),
                lineages.stream().mapToDouble(Lineage::spawnToReadyMs).max().orElse(0),
                failed,
                "");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "lineage",
                "connections",
                "moved in ms",
                "busy pause p50 ms",
                "p99 ms",
                "max ms",
                "before: p99 ms",
                "parent CPU s",
                "child CPU s",
                "spawn to ready ms",
                "began at ms"));
        for (int i = 0; i < lineages.size(); i++) {
            rows.add(row(String.valueOf(i), lineages.get(i), begin));
        }
        rows.add(row("first offer to last answer", together, begin));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(
                "lineages",
                lineages.stream().map(lineage -> toJson(lineage, begin)).toList());
        data.put("together", toJson(together, begin));
        data.put(
                "sum_of_moving_ms",
                lineages.stream().mapToDouble(Lineage::movingMs).sum());
        data.put("failed_connections", failed);
        return new Report(
                "handover-lineages",
                "Connections of several lineages on the move",
                facts,
                all,
                List.of(new Report.Table("Handovers at the same time", rows)),
                List.of(),
                data);
    }

    private static List<String> row(String name, Lineage lineage, long begin) {
        Latency pauses = PingSamples.latency(lineage.pauses());
        return List.of(
                name,
                "%,d".formatted(lineage.connections()),
                "%,.0f".formatted(lineage.movingMs()),
                "%.1f".formatted(pauses.p50Micros() / 1e3),
                "%.1f".formatted(pauses.p99Micros() / 1e3),
                "%.1f".formatted(pauses.maxMicros() / 1e3),
                "%.1f".formatted(PingSamples.latency(lineage.before()).p99Micros() / 1e3),
                "%.2f".formatted(lineage.parentCpuSeconds()),
                "%.2f".formatted(lineage.childCpuSeconds()),
                "%,.0f".formatted(lineage.spawnToReadyMs()),
                "%,.0f".formatted((lineage.beginNanos() - begin) / 1e6));
    }

    private static Map<String, Object> toJson(Lineage lineage, long begin) {
        Latency pauses = PingSamples.latency(lineage.pauses());
        Latency before = PingSamples.latency(lineage.before());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", lineage.connections());
        json.put("began_at_ms", (lineage.beginNanos() - begin) / 1e6);
        json.put("moving_ms", lineage.movingMs());
        json.put("busy", pauses.count());
        json.put("pause_p50_us", pauses.p50Micros());
        json.put("pause_p99_us", pauses.p99Micros());
        json.put("pause_max_us", pauses.maxMicros());
        json.put("before_p99_us", before.p99Micros());
        json.put("parent_cpu_s", lineage.parentCpuSeconds());
        json.put("child_cpu_s", lineage.childCpuSeconds());
        json.put("spawn_to_ready_ms", lineage.spawnToReadyMs());
        json.put("failed", lineage.failed());
        return json;
    }
}
