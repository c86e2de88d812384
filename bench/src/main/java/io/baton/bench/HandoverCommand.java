package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
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

    @Option(
            names = "--out",
            defaultValue = "bench-results",
            description = "Directory for the results: Markdown, JSON, SVG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results");

    @Override
    public Integer call() throws BenchException {
        boolean sizes = idle.stream().allMatch(size -> size >= 0 && size + busy <= MAX_CONNECTIONS);
        if (!sizes || busy < 1 || busy > 1000 || everyMs < 1 || everyMs > 1000 || rounds < 1 || rounds > 20) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--idle %s --busy %d --every %d --rounds %d: expected at most %d connections together, 1 to 1000, 1 to 1000, 1 to 20"
                            .formatted(idle, busy, everyMs, rounds, MAX_CONNECTIONS));
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            report = new HandoverBench(idle, busy, Duration.ofMillis(everyMs), rounds, progress).run();
        }
        report.plainText().forEach(System.out::println);
        List<Path> files = report.write(out);
        System.out.println();
        files.forEach(file -> System.out.println("written: " + file));
        return 0;
    }
}
