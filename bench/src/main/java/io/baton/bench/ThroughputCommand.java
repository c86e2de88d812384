package io.baton.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "throughput",
        description =
                "Small responses (wrk, 64 connections) and bulk transfer through each proxy, in interleaved rounds.")
final class ThroughputCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--protocol",
            defaultValue = "tcp",
            description = "tcp: bytes are relayed; http: requests are proxied (default: ${DEFAULT-VALUE}).")
    private Protocol protocol = Protocol.TCP;

    @Option(names = "--tls", description = "Clients speak TLS, which the proxies end.")
    private boolean tls;

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds, 1 to 20 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "3",
            description = "Seconds of wrk per proxy and round, 1 to 30 (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            description =
                    "Seconds of wrk per proxy before the first round, 1 to 120: a JIT compiles under load (default:"
                            + " ${DEFAULT-VALUE}).")
    private int warmUp;

    @Override
    public Integer call() throws BenchException {
        if (rounds < 1 || rounds > 20 || seconds < 1 || seconds > 30) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds %d --seconds %d: expected 1 to 20 and 1 to 30".formatted(rounds, seconds));
        }
        if (warmUp < 1 || warmUp > 120) {
            throw new ParameterException(spec.commandLine(), "--warm-up %d: expected 1 to 120".formatted(warmUp));
        }
        Report report;
        try (Progress progress = Progress.onStderr(Terminal.detect());
                Scene scene = new Scene("bench")) {
            report = new ThroughputBench(protocol, tls, rounds, seconds, warmUp, progress).run(options, scene);
        }
        report.publish(options.out());
        return 0;
    }
}
