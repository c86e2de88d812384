package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Lays moves of the same connections out: the first one, the warm ones, and those of the C program.
 *
 * @param baton in their order
 */
record WarmReport(
        Map<String, String> facts,
        List<String> remarks,
        List<FdPassing.Result> baton,
        List<FdPassing.Result> limit,
        Failures failures) {

    Report toReport() {
        List<FdPassing.Result> warm = baton.subList(baton.size() / 2, baton.size());
        List<String> all = new ArrayList<>(remarks);
        all.add("Connections that failed in any of it: " + failures.toString().replace("\n", "; "));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("moves", baton.stream().map(WarmReport::toJson).toList());
        data.put("passfds", limit.stream().map(WarmReport::toJson).toList());
        data.put("warm_total_ms", spread(warm, FdPassing.Result::totalMs).toJson());
        data.put("ratio_to_passfds", ratio(warm).toJson());
        data.put("failed_connections", failures.total());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("who", "moves", "ms per move", "fds/s", "pause p50 ms", "p99 ms", "max ms"));
        rows.add(row("baton, first move", baton.subList(0, Math.min(1, baton.size()))));
        rows.add(row("baton, warm", warm));
        rows.add(row("passfds.c", limit));
        rows.add(List.of("baton, warm / passfds.c", "", ratio(warm).text("%.2f"), "", "", "", ""));
        return new Report(
                "handover-warm",
                "Connections on the move, all code warm",
                facts,
                all,
                List.of(new Report.Table("Each move: median (lowest-highest)", rows)),
                List.of(),
                data);
    }

    /** Each warm move by the median of the C program: they were not measured in pairs. */
    private Spread ratio(List<FdPassing.Result> warm) {
        double bar = spread(limit, FdPassing.Result::totalMs).median();
        return Spread.of(
                limit.isEmpty()
                        ? List.of()
                        : warm.stream().map(move -> move.totalMs() / bar).toList());
    }

    private static List<String> row(String who, List<FdPassing.Result> moves) {
        return List.of(
                who,
                String.valueOf(moves.size()),
                spread(moves, FdPassing.Result::totalMs).text("%.0f"),
                spread(moves, FdPassing.Result::fdsPerSecond).text("%,.0f"),
                spread(moves, FdPassing.Result::p50Ms).text("%.1f"),
                spread(moves, FdPassing.Result::p99Ms).text("%.1f"),
                spread(moves, FdPassing.Result::maxMs).text("%.1f"));
    }

    private static Spread spread(List<FdPassing.Result> moves, Function<FdPassing.Result, Double> value) {
        return Spread.of(moves.stream().map(value).toList());
    }

    private static Map<String, Object> toJson(FdPassing.Result move) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", move.connections());
        json.put("total_ms", move.totalMs());
        json.put("fds_per_s", move.fdsPerSecond());
        json.put("pause_p50_ms", move.p50Ms());
        json.put("pause_p99_ms", move.p99Ms());
        json.put("pause_max_ms", move.maxMs());
        return json;
    }
}
