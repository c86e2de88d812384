package io.baton.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "restart",
        description =
                "A fixed rate of requests over new and kept connections while each proxy is hot-restarted, in turn.")
final class RestartCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(names = "--rounds", defaultValue = "2", description = "Rounds, 1 to 10 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--restarts",
            defaultValue = "2",
            description = "Hot restarts per proxy and round, 1 to 10 (default: ${DEFAULT-VALUE}).")
    private int restarts;

    @Option(
            names = "--rate",
            defaultValue = "5000",
            description = "Requests per second, half over new connections (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Override
    public Integer call() throws BenchException {
        if (rounds < 1 || rounds > 10 || restarts < 1 || restarts > 10 || rate < 2 || rate > 50_000) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds %d --restarts %d --rate %d: expected 1 to 10, 1 to 10, 2 to 50000"
                            .formatted(rounds, restarts, rate));
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            report = new RestartBench(rounds, restarts, rate, progress).run(options);
        }
        report.publish(options.out());
        return 0;
    }
}
