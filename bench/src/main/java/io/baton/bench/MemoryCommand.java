package io.baton.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "memory",
        description = "What an idle connection costs, in the proxy and in the kernel, beside HAProxy.")
final class MemoryCommand implements Callable<Integer> {
    private static final int MAX_CONNECTIONS = 9_400;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--connections",
            defaultValue = "9000",
            description = "Idle connections, 100 to " + MAX_CONNECTIONS + " (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Override
    public Integer call() throws BenchException {
        if (connections < 100 || connections > MAX_CONNECTIONS) {
            throw new ParameterException(
                    spec.commandLine(), "--connections %d: expected 100 to %d".formatted(connections, MAX_CONNECTIONS));
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            report = new MemoryBench(connections, progress).run(options);
        }
        report.publish(options.out());
        return 0;
    }
}
