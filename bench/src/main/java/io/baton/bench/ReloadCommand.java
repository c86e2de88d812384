package io.baton.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "reload",
        description =
                "HTTP clients that never pause, over kept and over new connections, while each proxy is restarted or"
                        + " reloaded again and again, in turn: how many of their requests are lost.")
final class ReloadCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--reloads",
            defaultValue = "10",
            description = "Restarts or reloads of each proxy, 1 to 50 (default: ${DEFAULT-VALUE}).")
    private int reloads;

    @Option(
            names = "--connections",
            defaultValue = "64",
            description = "Clients with a kept connection each, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--new-connections",
            defaultValue = "8",
            description = "Clients that connect anew for each request, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int newConnections;

    @Override
    public Integer call() throws BenchException {
        ReloadPlan plan;
        try {
            plan = new ReloadPlan(reloads, connections, newConnections);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect())) {
            report = new ReloadBench(plan, progress).run(options);
        }
        report.publish(options.out());
        return 0;
    }
}
