package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Lays what the clients of each proxy saw out as a table, a plot and data. */
record ReloadReport(Map<String, String> facts, List<String> remarks, Map<String, ReloadRun> runs) {
    Report toReport() {
        List<String> all = new ArrayList<>(remarks);
        runs.forEach((name, run) -> {
            Failures failures = run.http().failures();
            if (failures.total() > 0) {
                all.add("Failures of %s: %s".formatted(name, failures.toString().replace("\n", "; ")));
            }
        });
        Map<String, Object> data = new LinkedHashMap<>();
        runs.forEach((name, run) -> data.put(name, run.toJson()));
        return new Report(
                "reload",
                "Requests lost by restarts and reloads",
                facts,
                all,
                List.of(losses(), times()),
                List.of(
                        chart("failed", "Requests lost", "requests", run ->
                                (double) run.http().failures().total()),
                        chart("worst", "Worst latency of the whole run", "ms", ReloadReport::worstMs)),
                data);
    }

    private Report.Table losses() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "proxy",
                "reloads",
                "requests",
                "failed",
                "on kept",
                "on new",
                "ended under a request",
                "while connecting",
                "otherwise",
                "closed while idle",
                "reconnects"));
        runs.forEach((name, run) -> {
            Failures failures = run.http().failures();
            long connecting = connecting(failures);
            rows.add(List.of(
                    name,
                    "%d".formatted(run.restarts().size()),
                    "%,d".formatted(run.http().sent()),
                    "%,d".formatted(failures.total()),
                    "%,d".formatted(run.kept().failures().total()),
                    "%,d".formatted(run.fresh().failures().total()),
                    "%,d".formatted(failures.cut()),
                    "%,d".formatted(connecting),
                    "%,d".formatted(failures.total() - failures.cut() - connecting),
                    "%,d".formatted(run.kept().closedIdle()),
                    "%,d".formatted(run.reconnects())));
        });
        return new Report.Table(
                "Requests lost: on kept or new connections; why; and kept connections that ended harmlessly", rows);
    }

    private static long connecting(Failures failures) {
        return failures.of(FailureCause.CONNECT_REFUSED)
                + failures.of(FailureCause.CONNECT_RESET)
                + failures.of(FailureCause.CONNECT_TIMEOUT)
                + failures.of(FailureCause.CONNECT_FAILED);
    }

    private Report.Table times() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "proxy",
                "p50 ms",
                "p99 ms",
                "worst ms",
                "longest silence ms",
                "reload takes ms",
                "old process gone ms"));
        runs.forEach((name, run) -> {
            Latency latency = run.http().samples().latency();
            rows.add(List.of(
                    name,
                    "%.1f".formatted(latency.p50Micros() / 1e3),
                    "%.1f".formatted(latency.p99Micros() / 1e3),
                    "%.1f".formatted(worstMs(run)),
                    "%.1f".formatted(run.http().samples().worstGapMicros() / 1e3),
                    Spread.of(run.restarts().stream()
                                    .map(Restart::askedToDoneMs)
                                    .toList())
                            .text("%,.0f"),
                    Spread.of(run.restarts().stream()
                                    .flatMapToLong(restart -> restart.oldGoneAfterMs().stream())
                                    .mapToObj(ms -> (double) ms)
                                    .toList())
                            .text("%,.0f")));
        });
        return new Report.Table("Times, as the clients saw them; reloads: median (lowest-highest)", rows);
    }

    private static double worstMs(ReloadRun run) {
        return run.http().samples().latency().maxMicros() / 1e3;
    }

    private Chart chart(String name, String title, String unit, ToDoubleFunction<ReloadRun> value) {
        Map<String, Spread> bars = new LinkedHashMap<>();
        runs.forEach((proxy, run) -> bars.put(proxy, Spread.of(List.of(value.applyAsDouble(run)))));
        return new Chart.Bars(name, title, unit, bars);
    }
}
