package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "handover",
        description =
                "Idle and busy connections move from process to process, beside a C program that only passes fds.")
final class HandoverCommand implements Callable<Integer> {
    /** Two fds each in every process, of the 20,000 that containers often have, less what else they need. */
    private static final int MAX_CONNECTIONS = 9_500;

    /** Both sides are one process then, which needs fds for what has arrived before what has left is closed. */
    private static final int MAX_WARM = 6_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--idle",
            split = ",",
            defaultValue = "1000,5000,9000",
            description = "Idle connections, one or several numbers (default: ${DEFAULT-VALUE}).")
    private List<Integer> idle = List.of();

    @Option(
            names = "--busy",
            defaultValue = "200",
            description = "Busy connections besides, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int busy;

    @Option(
            names = "--every",
            defaultValue = "20",
            description =
                    "Milliseconds from one ping of a busy connection to the next, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int everyMs;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Handovers of each size, 1 to 20 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--tls", description = "Clients speak TLS, which Baton ends.")
    private boolean tls;

    @Option(
            names = "--warm",
            description =
                    "Moves 6,000 connections, or as many as --idle says, to and fro between two relays of one process, until all code is warm.")
    private boolean warm;

    @Option(
            names = "--moves",
            defaultValue = "60",
            description = "With --warm: how often, 2 to 1000 (default: ${DEFAULT-VALUE}).")
    private int moves;

    @Option(
            names = "--lineages",
            defaultValue = "0",
            description = "So many lineages, 2 to 16, that all hand over at once, --connections together.")
    private int lineages;

    @Option(
            names = "--connections",
            defaultValue = "50000",
            description = "With --lineages: of all of them, the busy ones included (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--out",
            defaultValue = "bench-results",
            description = "Directory for the results: Markdown, JSON, SVG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results");

    @Override
    public Integer call() throws BenchException {
        check();
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            report = run(progress);
        }
        report.publish(out);
        return 0;
    }

    private Report run(Progress progress) throws BenchException {
        Duration every = Duration.ofMillis(everyMs);
        if (warm) {
            return new WarmBench(Math.min(Collections.max(idle), MAX_WARM - busy), busy, every, moves, progress).run();
        }
        return lineages > 0
                ? new LineagesBench(lineages, connections, busy, everyMs, progress).run()
                : new HandoverBench(idle, busy, every, rounds, tls, progress).run();
    }

    private void check() {
        boolean sizes = !idle.isEmpty() && idle.stream().allMatch(size -> size >= 0 && size + busy <= MAX_CONNECTIONS);
        if (!sizes || busy < 1 || busy > 1000 || everyMs < 1 || everyMs > 1000 || rounds < 1 || rounds > 20) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--idle %s --busy %d --every %d --rounds %d: expected at most %d connections together, 1 to 1000, 1 to 1000, 1 to 20"
                            .formatted(idle, busy, everyMs, rounds, MAX_CONNECTIONS));
        }
        if (tls && (warm || lineages != 0)) {
            throw new ParameterException(spec.commandLine(), "--tls: expected no --warm and no --lineages beside it");
        }
        if (warm && (lineages != 0 || moves < 2 || moves > 1000)) {
            throw new ParameterException(
                    spec.commandLine(), "--warm --moves %d: expected 2 to 1000, and no --lineages".formatted(moves));
        }
        boolean several = lineages >= 2
                && lineages <= 16
                && connections >= 2 * Math.max(busy, lineages)
                && connections / lineages < MAX_CONNECTIONS;
        if (lineages != 0 && !several) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--lineages %d --connections %d: expected 2 to 16 lineages, and each fewer than %d connections, more than --busy"
                            .formatted(lineages, connections, MAX_CONNECTIONS));
        }
    }
}
