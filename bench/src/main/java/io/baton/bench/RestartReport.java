package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Lays the runs of all proxies out as a table, plots and data. */
record RestartReport(Map<String, String> facts, List<String> remarks, Map<String, List<RestartRun>> runs) {
    Report toReport() {
        List<String> all = new ArrayList<>(remarks);
        runs.forEach((name, list) -> {
            Failures failures = list.stream().map(run -> run.http().failures()).reduce(Failures.NONE, Failures::plus);
            if (failures.total() > 0) {
                all.add("Failures of %s: %s".formatted(name, failures.toString().replace("\n", "; ")));
            }
        });
        Map<String, Object> data = new LinkedHashMap<>();
        runs.forEach((name, list) ->
                data.put(name, list.stream().map(RestartRun::toJson).toList()));
        return new Report(
                "restart",
                "Hot restart under load beside others",
                facts,
                all,
                List.of(table()),
                List.of(worstChart(), timeLine()),
                data);
    }

    private Report.Table table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "proxy",
                "requests",
                "failed",
                "cut",
                "closed while idle",
                "p99 of all, ms",
                "first second: p99 ms",
                "first second: worst ms",
                "worst from command on, ms",
                "spawn to ready ms",
                "old process gone ms"));
        runs.forEach((name, list) -> rows.add(List.of(
                name,
                sum(list, HttpResult::sent),
                sum(list, http -> http.failures().total()),
                sum(list, http -> http.failures().cut()),
                sum(list, HttpResult::closedIdle),
                Spread.of(list.stream()
                                .map(run -> run.http().samples().latency().p99Micros() / 1e3)
                                .toList())
                        .text("%.1f"),
                spread(list, RestartRun::firstSecondP99Ms),
                spread(list, RestartRun::firstSecondWorstMs),
                spread(list, RestartRun::wholeWorstMs),
                name.equals("baton")
                        ? Spread.of(all(list, RestartRun::spawnToReadyMs)).text("%,.0f")
                        : "-",
                Spread.of(all(list, RestartRun::goneMs)).text("%,.0f"))));
        return new Report.Table("Each restart counts once: median (lowest-highest)", rows);
    }

    private static String sum(List<RestartRun> runs, ToLongFunction<HttpResult> count) {
        return "%,d"
                .formatted(runs.stream().map(RestartRun::http).mapToLong(count).sum());
    }

    private static String spread(List<RestartRun> runs, Function<RestartRun, List<Double>> values) {
        return Spread.of(all(runs, values)).text("%.1f");
    }

    private static List<Double> all(List<RestartRun> runs, Function<RestartRun, List<Double>> values) {
        return runs.stream().flatMap(run -> values.apply(run).stream()).toList();
    }

    private Chart worstChart() {
        Map<String, Spread> bars = new LinkedHashMap<>();
        runs.forEach((name, list) -> bars.put(name, Spread.of(all(list, RestartRun::firstSecondWorstMs))));
        return new Chart.Bars("worst", "Worst latency in the first second after a restart", "ms", bars);
    }

    private Chart timeLine() {
        Map<String, List<Double>> lines = new LinkedHashMap<>();
        runs.forEach((name, list) -> lines.put(
                name,
                list.getFirst().http().samples().worstMicrosPerSecond().stream()
                        .map(micros -> micros / 1e3)
                        .toList()));
        return new Chart.Lines("time-line", "Worst latency of each second, first round", "second", "ms", lines);
    }
}
