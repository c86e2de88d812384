package io.baton.cli;

import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigCheck;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code baton check}: reads a config, and touches nothing that runs. */
@Command(name = "check", description = "Check a config. Exit code 0: it is good; 1: it is not, and where.")
final class CheckCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path config;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws CliException {
        ConfigCheck inspected = Configs.inspect(config);
        inspected.warnings().forEach(warning -> spec.commandLine().getErr().println(config + ": warning: " + warning));
        BatonConfig checked = inspected.config();
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: good, %d listeners, %d clusters%n",
                        config, checked.listeners().size(), checked.clusters().size());
        return ExitCode.DONE.code;
    }
}
