package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Lays a soak out: what was lost, what grew.
 *
 * @param period from one sample to the next
 */
record SoakReport(
        Map<String, String> facts, List<String> remarks, Duration period, List<SoakSample> samples, Seen seen) {
    private static final double MIB = 1024.0 * 1024;

    /** What the load saw. */
    record Seen(HttpResult http, EchoResult echo, PingLoad.Result tls, List<Restart> restarts) {
        Seen {
            restarts = List.copyOf(restarts);
        }

        Failures failures() {
            return http.failures().plus(echo.failures()).plus(tls.failures());
        }
    }

    /** A quantity over time, and from what change on it counts as one. */
    private record Series(String name, String unit, double tolerance, ToDoubleFunction<SoakSample> value) {}

    private static final List<Series> SERIES = List.of(
            new Series("supervisor RSS", "MiB", 5, sample -> sample.supervisor().rssBytes() / MIB),
            new Series("supervisor heap", "MiB", 3, sample -> sample.heap().supervisor() / MIB),
            new Series("supervisor fds", "", 2, sample -> sample.supervisor().fds()),
            new Series(
                    "supervisor threads", "", 2, sample -> sample.supervisor().threads()),
            new Series(
                    "serving generation RSS",
                    "MiB",
                    10,
                    sample -> sample.newest().rssBytes() / MIB),
            new Series(
                    "serving generation heap",
                    "MiB",
                    10,
                    sample -> sample.heap().newest() / MIB),
            new Series(
                    "serving generation fds", "", 20, sample -> sample.newest().fds()),
            new Series(
                    "serving generation threads",
                    "",
                    2,
                    sample -> sample.newest().threads()),
            new Series("RSS of all processes", "MiB", 20, sample -> sample.totalRssBytes() / MIB),
            new Series("processes", "", 0, SoakSample::processes),
            new Series("files in the runtime directory", "", 2, SoakSample::runtimeFiles),
            new Series("bytes in the runtime directory", "KiB", 8, sample -> sample.runtimeBytes() / 1024.0),
            new Series("files in /dev/shm", "", 2, SoakSample::sharedMemoryFiles));

    Report toReport() {
        List<String> all = new ArrayList<>(remarks);
        if (seen.failures().total() > 0) {
            all.add("FAILURES: " + seen.failures().toString().replace("\n", "; "));
        }
        return new Report(
                "soak",
                "Handovers under mixed load, for long",
                facts,
                all,
                List.of(lostTable(), growthTable()),
                charts(),
                data());
    }

    private Report.Table lostTable() {
        Spread ready =
                Spread.of(seen.restarts().stream().map(Restart::spawnToReadyMs).toList());
        Spread gone = Spread.of(seen.restarts().stream()
                .flatMap(restart -> restart.oldGoneAfterMs().stream().boxed())
                .map(Long::doubleValue)
                .toList());
        Latency latency = seen.http().samples().latency();
        Latency pings = seen.tls().samples().roundTrips();
        return new Report.Table(
                "What the clients saw",
                List.of(
                        List.of("", "done", "failed", "p99 ms", "worst ms"),
                        List.of("handovers", "%,d".formatted(seen.restarts().size()), "0", "-", "-"),
                        List.of(
                                "HTTP requests",
                                "%,d".formatted(seen.http().answered()),
                                "%,d".formatted(seen.http().failures().total()),
                                ms(latency.p99Micros()),
                                ms(latency.maxMicros())),
                        List.of(
                                "TCP streams",
                                "%,d".formatted(seen.echo().complete()),
                                "%,d".formatted(seen.echo().failures().total()),
                                "-",
                                ms(seen.echo().worstPauseMicros())),
                        List.of(
                                "TLS connections",
                                "%,d".formatted(seen.tls().answered()),
                                "%,d".formatted(seen.tls().failures().total()),
                                ms(pings.p99Micros()),
                                ms(pings.maxMicros())),
                        List.of("spawn to ready", ready.text("%,.0f") + " ms", "", "", ""),
                        List.of("old process gone", gone.text("%,.0f") + " ms", "", "", "")));
    }

    private static String ms(long micros) {
        return "%,.1f".formatted(micros / 1e3);
    }

    private Report.Table growthTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "unit", "second fifth", "last fifth", "lowest", "highest", "verdict"));
        for (Series series : SERIES) {
            Growth growth = growth(series);
            rows.add(List.of(
                    series.name(),
                    series.unit(),
                    "%,.1f".formatted(growth.early()),
                    "%,.1f".formatted(growth.late()),
                    "%,.1f".formatted(growth.all().min()),
                    "%,.1f".formatted(growth.all().max()),
                    growth.verdict(series.tolerance())));
        }
        return new Report.Table("What it took: medians of the second fifth of the time and of the last", rows);
    }

    /** The first fifth, in which code gets warm, is left out. */
    private record Growth(double early, double late, Spread all) {
        String verdict(double tolerance) {
            double change = late - early;
            return Math.abs(change) <= Math.max(tolerance, early / 20) ? "flat" : "%+,.1f".formatted(change);
        }
    }

    private Growth growth(Series series) {
        int size = samples.size();
        return new Growth(
                Spread.of(values(series.value(), size / 5, 2 * size / 5)).median(),
                Spread.of(values(series.value(), 4 * size / 5, size)).median(),
                Spread.of(values(series.value(), 0, size)));
    }

    private List<Double> values(ToDoubleFunction<SoakSample> value, int from, int to) {
        return samples.subList(from, to).stream()
                .map(sample -> value.applyAsDouble(sample))
                .toList();
    }

    private List<Double> values(ToDoubleFunction<SoakSample> value) {
        return values(value, 0, samples.size());
    }

    private List<Chart> charts() {
        Map<String, List<Double>> memory = new LinkedHashMap<>();
        memory.put("all processes", values(sample -> sample.totalRssBytes() / MIB));
        memory.put("serving generation", values(sample -> sample.newest().rssBytes() / MIB));
        memory.put("supervisor", values(sample -> sample.supervisor().rssBytes() / MIB));
        Map<String, List<Double>> heap = new LinkedHashMap<>();
        heap.put("serving generation", values(sample -> sample.heap().newest() / MIB));
        heap.put("supervisor", values(sample -> sample.heap().supervisor() / MIB));
        Map<String, List<Double>> fds = new LinkedHashMap<>();
        fds.put("serving generation", values(sample -> sample.newest().fds()));
        fds.put("supervisor", values(sample -> sample.supervisor().fds()));
        Map<String, List<Double>> threads = new LinkedHashMap<>();
        threads.put("serving generation", values(sample -> sample.newest().threads()));
        threads.put("supervisor", values(sample -> sample.supervisor().threads()));
        return List.of(
                lines("memory", "Resident memory", "MiB", memory),
                lines("heap", "Heap in use, with garbage not yet collected", "MiB", heap),
                lines("fds", "Open fds", "fds", fds),
                lines("threads", "Threads", "threads", threads),
                lines("cpu", "CPU of all processes", "CPUs", Map.of("Baton", cpu())));
    }

    private Chart lines(String name, String title, String unit, Map<String, List<Double>> lines) {
        return new Chart.Lines(name, title, "minutes", period.toMillis() / 60_000.0, unit, lines);
    }

    /** Over ten samples, as a handover makes each single one jump. */
    private List<Double> cpu() {
        int window = 10;
        double seconds = window * period.toMillis() / 1e3;
        return IntStream.range(0, samples.size())
                .mapToObj(i -> i < window
                        ? 0.0
                        : Math.max(
                                        0,
                                        samples.get(i).cpuSeconds()
                                                - samples.get(i - window).cpuSeconds())
                                / seconds)
                .toList();
    }

    private Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("handovers", seen.restarts().size());
        data.put("requests", seen.http().answered());
        data.put("streams", seen.echo().complete());
        data.put("bytes_compared", seen.echo().bytesChecked());
        data.put("tls_connections", seen.tls().answered());
        data.put("failed", seen.failures().total());
        data.put("sample_period_ms", period.toMillis());
        for (Series series : SERIES) {
            data.put(series.name(), values(series.value()));
        }
        data.put("cpus", cpu());
        return data;
    }
}
