package io.baton.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The demo's result for people. */
record DemoReport(DemoResult result, Terminal terminal) {
    void print(PrintStream out) {
        List<String> lines = new ArrayList<>(List.of(""));
        lines.addAll(heading(clients().lines()));
        lines.add("");
        if (!result.restarts().isEmpty()) {
            lines.addAll(heading(restarts().lines()));
            lines.add("");
        }
        lines.addAll(failures());
        lines.addAll(verdict());
        lines.forEach(out::println);
        out.flush();
    }

    private List<String> heading(List<String> table) {
        List<String> lines = new ArrayList<>(table);
        lines.set(0, terminal.bold(lines.getFirst()));
        return lines;
    }

    private TextTable clients() {
        HttpResult fresh = result.fresh();
        HttpResult kept = result.kept();
        EchoResult streams = result.streams();
        Latency freshLatency = fresh.samples().latency();
        Latency keptLatency = kept.samples().latency();
        return new TextTable()
                .row("What the clients saw", "new connections", "kept connections", "echo streams")
                .row("requests sent, streams begun", count(fresh.sent()), count(kept.sent()), count(streams.begun()))
                .row(
                        "answered and complete, every byte right",
                        count(fresh.answered()),
                        count(kept.answered()),
                        count(streams.complete()))
                .row(
                        "lost",
                        count(fresh.failures().total()),
                        count(kept.failures().total()),
                        count(streams.failures().total()))
                .row(
                        "  of these: connections cut",
                        count(fresh.failures().cut()),
                        count(kept.failures().cut()),
                        count(streams.failures().cut()))
                .row(
                        "connections opened",
                        count(fresh.connectionsOpened()),
                        count(kept.connectionsOpened()),
                        count(streams.begun()))
                .row(
                        "bytes compared",
                        bytes(fresh.answered() * HttpPlan.DEFAULT_ANSWER_BYTES),
                        bytes(kept.answered() * HttpPlan.DEFAULT_ANSWER_BYTES),
                        bytes(streams.bytesChecked()))
                .row(
                        "latency p50 / p99",
                        ms(freshLatency.p50Micros()) + " / " + ms(freshLatency.p99Micros()) + " ms",
                        ms(keptLatency.p50Micros()) + " / " + ms(keptLatency.p99Micros()) + " ms",
                        "")
                .row(
                        "worst latency, longest wait for a byte",
                        ms(freshLatency.maxMicros()) + " ms",
                        ms(keptLatency.maxMicros()) + " ms",
                        ms(streams.worstPauseMicros()) + " ms")
                .row(
                        "worst gap between two answers",
                        ms(fresh.samples().worstGapMicros()) + " ms",
                        ms(kept.samples().worstGapMicros()) + " ms",
                        "");
    }

    private TextTable restarts() {
        List<String> names = new ArrayList<>();
        for (int epoch = 0; epoch < result.restarts().size(); epoch++) {
            names.add("%d to %d".formatted(epoch, epoch + 1));
        }
        return new TextTable()
                .row("What each hot restart took (generation)", names)
                .row("new process: spawn to ready", each(r -> "%,.0f ms".formatted(r.spawnToReadyMs())))
                .row("baton upgrade, the whole command", each(r -> "%,.0f ms".formatted(r.askedToDoneMs())))
                .row("latency in the first second: p50", each(r -> latency(result.firstSecond(r), Latency::p50Micros)))
                .row("                             p99", each(r -> latency(result.firstSecond(r), Latency::p99Micros)))
                .row(
                        "                             worst",
                        each(r -> latency(result.firstSecond(r), Latency::maxMicros)))
                .row(
                        "worst from the command to a second after ready",
                        each(r -> ms(DemoResult.allOfIt(result.http().samples(), r)
                                        .maxMicros()) + " ms"))
                .row("old process gone, after ready", each(DemoReport::gone));
    }

    private List<String> each(Function<Restart, String> cell) {
        return result.restarts().stream().map(cell).toList();
    }

    private static String latency(Latency latency, ToLongFunction<Latency> value) {
        return latency.count() == 0 ? "no answers" : ms(value.applyAsLong(latency)) + " ms";
    }

    private static String gone(Restart restart) {
        OptionalLong gone = restart.oldGoneAfterMs();
        return gone.isPresent() ? "%,d ms".formatted(gone.getAsLong()) : "not yet";
    }

    private List<String> failures() {
        List<String> lines = new ArrayList<>();
        addFailures(lines, "new connections", result.fresh().failures());
        addFailures(lines, "kept connections", result.kept().failures());
        addFailures(lines, "echo streams", result.streams().failures());
        return lines;
    }

    private static void addFailures(List<String> lines, String where, Failures failures) {
        if (failures.total() > 0) {
            failures.toString().lines().forEach(line -> lines.add(where + ": " + line));
        }
    }

    private List<String> verdict() {
        List<String> complaints = result.complaints();
        if (complaints.isEmpty()) {
            return List.of(terminal.green("PASSED")
                    + "  hot restarts under load: %d; %,d requests and %,d streams: nothing lost, nothing cut, no byte wrong"
                            .formatted(
                                    result.restarts().size(),
                                    result.http().sent(),
                                    result.streams().begun()));
        }
        return Stream.concat(
                        Stream.of(terminal.red("FAILED") + "  " + complaints.getFirst()),
                        complaints.stream().skip(1).map(complaint -> "        " + complaint))
                .toList();
    }

    private static String count(long number) {
        return "%,d".formatted(number);
    }

    private static String bytes(long number) {
        return number < 10_000_000 ? "%,.1f kB".formatted(number / 1e3) : "%,.1f MB".formatted(number / 1e6);
    }

    private static String ms(long micros) {
        return "%,.1f".formatted(micros / 1e3);
    }
}
