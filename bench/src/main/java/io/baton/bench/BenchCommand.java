package io.baton.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description = "Measures Baton side by side with nginx and HAProxy on this machine, in one run.",
        subcommands = {
            ThroughputCommand.class,
            RestartCommand.class,
            ReloadCommand.class,
            HandoverCommand.class,
            MemoryCommand.class,
            SoakCommand.class,
            MoverCommand.class,
            LineageCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "expected one of: throughput, restart, reload, handover, memory, soak");
    }
}
