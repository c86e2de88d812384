package io.baton.cli;

import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigCheck;
import io.baton.proxy.ConfigSchema;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            paramLabel = "FILE")
    private @Nullable Path config;

    @Option(names = "--envoy-config", paramLabel = "FILE", description = "A bootstrap of Envoy (v3) instead.")
    private @Nullable Path envoyConfig;

    @Option(names = "--schema", description = "Print the config's JSON Schema, for editors, instead of checking one.")
    private boolean schema;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws CliException {
        if (schema) {
            spec.commandLine().getOut().print(ConfigSchema.text());
            spec.commandLine().getOut().flush();
            return ExitCode.DONE.code;
        }
        ConfigSource source = ConfigSource.one(config, envoyConfig, "--config", spec.commandLine());
        Path file = source.file();
        ConfigCheck inspected = source.inspect();
        inspected.warnings().forEach(warning -> spec.commandLine().getErr().println(file + ": warning: " + warning));
        BatonConfig checked = inspected.config();
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: good, %d listeners, %d clusters%n",
                        file, checked.listeners().size(), checked.clusters().size());
        return ExitCode.DONE.code;
    }
}
