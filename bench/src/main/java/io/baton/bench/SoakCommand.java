package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "soak",
        description =
                "A handover every so often under mixed load, for long: what memory, fds, threads and CPU come to, plotted.")
final class SoakCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--minutes", defaultValue = "30", description = "How long, 1 to 1440 (default: ${DEFAULT-VALUE}).")
    private int minutes;

    @Option(
            names = "--every",
            defaultValue = "10",
            description = "Seconds from one handover to the next, 3 to 600 (default: ${DEFAULT-VALUE}).")
    private int everySeconds;

    @Option(
            names = "--rate",
            defaultValue = "400",
            description = "HTTP requests per second, half over new connections, 2 to 5000 (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--streams",
            defaultValue = "100",
            description = "TCP streams, and as many TLS connections, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int streams;

    @Option(
            names = "--out",
            defaultValue = "bench-results",
            description = "Directory for the results: Markdown, JSON, SVG (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results");

    @Override
    public Integer call() throws BenchException {
        boolean valid = in(minutes, 1, 1440) && in(everySeconds, 3, 600) && in(rate, 2, 5000) && in(streams, 1, 1000);
        if (!valid) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--minutes %d --every %d --rate %d --streams %d: expected 1 to 1440, 3 to 600, 2 to 5000, 1 to 1000"
                            .formatted(minutes, everySeconds, rate, streams));
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            Duration every = Duration.ofSeconds(everySeconds);
            report = new SoakBench(Duration.ofMinutes(minutes), every, rate, streams, progress).run();
        }
        report.publish(out);
        return 0;
    }

    private static boolean in(int value, int lowest, int highest) {
        return value >= lowest && value <= highest;
    }
}
