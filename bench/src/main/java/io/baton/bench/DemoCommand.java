package io.baton.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description =
                "Shows hot restarts under load: starts a Baton between a load generator and two origins, all on loopback,"
                        + " replaces its process a few times, and reports what the clients saw. Exit code 1 when anything was lost.")
final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            description = "How long the load runs (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--restarts",
            defaultValue = "3",
            description = "Hot restarts in that time (default: ${DEFAULT-VALUE}).")
    private int restarts;

    @Option(
            names = "--rate",
            defaultValue = "600",
            description = "Requests per second, half over new connections (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--streams",
            defaultValue = "50",
            description = "Echo streams open at any time (default: ${DEFAULT-VALUE}).")
    private int streams;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws BenchException {
        DemoPlan plan = plan();
        Distribution distribution = Distribution.find();
        Terminal terminal = Terminal.detect();
        DemoResult result;
        try (Progress progress = Progress.onStderr(terminal);
                Scene scene = new Scene("demo")) {
            result = new Demo(plan, distribution, progress).run(scene);
        }
        if (json) {
            System.out.print(Json.write(result.toJson()));
        } else {
            new DemoReport(result, terminal).print(System.out);
        }
        return result.complaints().isEmpty() ? 0 : 1;
    }

    private DemoPlan plan() {
        try {
            return new DemoPlan(seconds, restarts, rate, streams);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
