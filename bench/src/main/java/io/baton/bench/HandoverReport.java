package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Lays handovers of several sizes out as tables, plots and data.
 *
 * @param bar what the C program did, by number of connections
 * @param runs what Baton did, by number of connections
 */
record HandoverReport(
        Map<String, String> facts,
        List<String> remarks,
        Map<Integer, List<FdPassing.Result>> bar,
        Map<Integer, List<HandoverRun>> runs,
        Failures failures) {

    Report toReport() {
        List<String> all = new ArrayList<>(remarks);
        all.add("Connections that failed in any of it: " + failures.toString().replace("\n", "; "));
        Map<String, Object> data = new LinkedHashMap<>();
        runs.forEach((connections, list) -> data.put(
                String.valueOf(connections),
                Map.of(
                        "baton",
                        list.stream().map(HandoverRun::toJson).toList(),
                        "passfds",
                        bar.getOrDefault(connections, List.of()).stream()
                                .map(HandoverReport::toJson)
                                .toList())));
        data.put("failed_connections", failures.total());
        return new Report(
                "handover",
                "Connections on the move",
                facts,
                all,
                List.of(movingTable(), upgradeTable()),
                List.of(totalChart(), pauseChart()),
                data);
    }

    private static Map<String, Object> toJson(FdPassing.Result result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total_ms", result.totalMs());
        json.put("fds_per_s", result.fdsPerSecond());
        json.put("pause_p50_ms", result.p50Ms());
        json.put("pause_p99_ms", result.p99Ms());
        json.put("pause_max_ms", result.maxMs());
        json.put("cpu_ms", result.cpuMs());
        return json;
    }

    private Report.Table movingTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "connections",
                "who",
                "all moved in, ms",
                "busy pause p50 ms",
                "p99 ms",
                "max ms",
                "before: p50 ms",
                "p99 ms",
                "max ms"));
        runs.forEach((connections, list) -> {
            rows.add(List.of(
                    "%,d".formatted(connections),
                    "baton",
                    Spread.of(moved(list)).text("%,.0f"),
                    moving(list, Latency::p50Micros),
                    moving(list, Latency::p99Micros),
                    moving(list, Latency::maxMicros),
                    latency(list, HandoverRun::quiet, Latency::p50Micros),
                    latency(list, HandoverRun::quiet, Latency::p99Micros),
                    latency(list, HandoverRun::quiet, Latency::maxMicros)));
            List<FdPassing.Result> limit = bar.getOrDefault(connections, List.of());
            rows.add(List.of(
                    "%,d".formatted(connections),
                    "passfds.c",
                    each(limit, FdPassing.Result::totalMs, "%,.0f"),
                    each(limit, FdPassing.Result::p50Ms, "%.1f"),
                    each(limit, FdPassing.Result::p99Ms, "%.1f"),
                    each(limit, FdPassing.Result::maxMs, "%.1f"),
                    "-",
                    "-",
                    "-"));
        });
        return new Report.Table("While connections move: median (lowest-highest) of the rounds", rows);
    }

    private Report.Table upgradeTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "connections",
                "busy worst of all, p50 ms",
                "p99 ms",
                "max ms",
                "old process CPU s",
                "new process CPU s",
                "spawn to ready ms",
                "old process gone ms"));
        runs.forEach((connections, list) -> rows.add(List.of(
                "%,d".formatted(connections),
                latency(list, HandoverRun::whole, Latency::p50Micros),
                latency(list, HandoverRun::whole, Latency::p99Micros),
                latency(list, HandoverRun::whole, Latency::maxMicros),
                each(list, HandoverRun::parentCpuSeconds, "%.2f"),
                each(list, HandoverRun::childCpuSeconds, "%.2f"),
                each(list, HandoverRun::spawnToReadyMs, "%,.0f"),
                Spread.of(list.stream()
                                .flatMapToLong(run -> run.oldGoneMs().stream())
                                .mapToObj(ms -> (double) ms)
                                .toList())
                        .text("%,.0f"))));
        return new Report.Table("The whole upgrade, from the command to a second after it", rows);
    }

    private static List<Double> moved(List<HandoverRun> list) {
        return list.stream()
                .map(HandoverRun::movingMs)
                .flatMap(Optional::stream)
                .toList();
    }

    private static <T> String each(List<T> list, Function<T, Double> value, String format) {
        return Spread.of(list.stream().map(value).toList()).text(format);
    }

    private static String moving(List<HandoverRun> list, ToLongFunction<Latency> value) {
        return Spread.of(ms(
                        list.stream()
                                .map(HandoverRun::moving)
                                .flatMap(Optional::stream)
                                .toList(),
                        value))
                .text("%.1f");
    }

    private static String latency(
            List<HandoverRun> list, Function<HandoverRun, Latency> which, ToLongFunction<Latency> value) {
        return Spread.of(ms(list.stream().map(which).toList(), value)).text("%.1f");
    }

    private static List<Double> ms(List<Latency> latencies, ToLongFunction<Latency> value) {
        return latencies.stream()
                .map(latency -> value.applyAsLong(latency) / 1e3)
                .toList();
    }

    private Chart totalChart() {
        Map<String, Spread> bars = new LinkedHashMap<>();
        runs.forEach((connections, list) -> {
            bars.put("baton %,d".formatted(connections), Spread.of(moved(list)));
            bars.put(
                    "C %,d".formatted(connections),
                    Spread.of(bar.getOrDefault(connections, List.of()).stream()
                            .map(FdPassing.Result::totalMs)
                            .toList()));
        });
        return new Chart.Bars("total", "Time until all connections have moved", "ms", bars);
    }

    private Chart pauseChart() {
        Map<String, Spread> bars = new LinkedHashMap<>();
        runs.forEach((connections, list) -> bars.put(
                "%,d".formatted(connections),
                Spread.of(ms(
                        list.stream()
                                .map(HandoverRun::moving)
                                .flatMap(Optional::stream)
                                .toList(),
                        Latency::p99Micros))));
        return new Chart.Bars("pause", "Busy pause while connections move, p99", "ms", bars);
    }
}
