package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Lays the rounds of all proxies out as tables, plots and data. */
record ThroughputReport(
        Protocol protocol,
        boolean tls,
        Map<String, String> facts,
        List<String> remarks,
        Map<String, ThroughputSamples> samples) {
    private static final String US = "baton";

    Report toReport() {
        List<Report.Table> tables = new ArrayList<>(List.of(absolute()));
        if (samples.containsKey(US) && samples.size() > 1) {
            tables.add(ratios());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        samples.forEach((name, sample) -> data.put(name, sample.toJson()));
        return new Report(
                "throughput%s%s".formatted(protocol == Protocol.TCP ? "" : "-http", tls ? "-tls" : ""),
                "Throughput of the %s%s beside others".formatted(protocol.title(), tls ? " behind TLS" : ""),
                facts,
                remarks,
                tables,
                List.of(
                        chart("small", "Small responses, wrk -t1 -c64", "requests/s", s -> s.requestsPerSecond),
                        chart("p99", "Latency p99 of small responses, wrk -t1 -c64", "µs", s -> s.p99Micros),
                        chart("bulk", "Bulk, one connection", "GB/s", s -> s.gigabytesPerSecond)),
                data);
    }

    private Report.Table absolute() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "proxy",
                "requests/s",
                "p50 µs",
                "p99 µs",
                "CPU s per 100k requests",
                "RSS MB",
                "errors",
                "bulk GB/s",
                "CPU s per GB"));
        samples.forEach((name, s) -> rows.add(List.of(
                name,
                Spread.of(s.requestsPerSecond).text("%,.0f"),
                Spread.of(s.p50Micros).text("%,.0f"),
                Spread.of(s.p99Micros).text("%,.0f"),
                name.equals("direct") ? "-" : Spread.of(s.cpuSecondsPer100k).text("%.2f"),
                name.equals("direct") ? "-" : Spread.of(s.rssMegabytes).text("%.0f"),
                Long.toString(s.errors()),
                Spread.of(s.gigabytesPerSecond).text("%.2f"),
                name.equals("direct") ? "-" : Spread.of(s.cpuSecondsPerGigabyte).text("%.2f"))));
        return new Report.Table("Measured", rows);
    }

    private Report.Table ratios() {
        ThroughputSamples ours = samples.getOrDefault(US, new ThroughputSamples());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("baton divided by", "requests/s", "p50", "p99", "CPU per request", "bulk GB/s", "CPU per GB"));
        samples.forEach((name, theirs) -> {
            if (!name.equals(US)) {
                rows.add(List.of(
                        name,
                        ratio(ours, theirs, s -> s.requestsPerSecond),
                        ratio(ours, theirs, s -> s.p50Micros),
                        ratio(ours, theirs, s -> s.p99Micros),
                        name.equals("direct") ? "-" : ratio(ours, theirs, s -> s.cpuSecondsPer100k),
                        ratio(ours, theirs, s -> s.gigabytesPerSecond),
                        name.equals("direct") ? "-" : ratio(ours, theirs, s -> s.cpuSecondsPerGigabyte)));
            }
        });
        return new Report.Table(
                "Ratios, round by round (throughput: more is better for Baton; latency, CPU: less)", rows);
    }

    private static String ratio(
            ThroughputSamples ours, ThroughputSamples theirs, Function<ThroughputSamples, List<Double>> column) {
        return Spread.ofRatios(column.apply(ours), column.apply(theirs)).text("%.2f");
    }

    private Chart chart(String name, String title, String unit, Function<ThroughputSamples, List<Double>> column) {
        Map<String, Spread> bars = new LinkedHashMap<>();
        samples.forEach((peer, sample) -> {
            Spread spread = Spread.of(column.apply(sample));
            if (spread.count() > 0) {
                bars.put(peer, spread);
            }
        });
        return new Chart.Bars(name, title, unit, bars);
    }
}
