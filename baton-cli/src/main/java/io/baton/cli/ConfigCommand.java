package io.baton.cli;

import io.baton.proxy.ConfigCheck;
import io.baton.proxy.ConfigWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code baton config}: what can be done with a config besides running it. */
@Command(
        name = "config",
        description = "Work on configs.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = ConfigCommand.Convert.class)
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command: convert");
    }

    /** {@code baton config convert}: from Envoy's form to Baton's. */
    @Command(name = "convert", description = "Print a bootstrap of Envoy (v3) as a config of Baton.")
    static final class Convert implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "Envoy's config, YAML or JSON.")
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Path file;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "OUT",
                description = "Write it there instead.")
        private @Nullable Path output;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandSpec spec;

        @Mixin
        @SuppressWarnings("UnusedVariable") // for picocli
        private final CommandHelp help = new CommandHelp();

        @Override
        public Integer call() throws CliException {
            ConfigCheck inspected = Configs.inspectEnvoy(file);
            inspected
                    .warnings()
                    .forEach(warning -> spec.commandLine().getErr().println(file + ": warning: " + warning));
            String text = ConfigWriter.write(inspected.config());
            if (output == null) {
                spec.commandLine().getOut().print(text);
                spec.commandLine().getOut().flush();
                return ExitCode.DONE.code;
            }
            try {
                Files.writeString(output, text);
            } catch (IOException e) {
                throw new CliException(ExitCode.FAILED, "cannot write %s: %s".formatted(output, e.getMessage()), e);
            }
            return ExitCode.DONE.code;
        }
    }
}
