package io.baton.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code baton} alone: says what there is. */
@Command(
        name = "baton",
        description = "A proxy whose process is replaced by a new one without losing a connection.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Also: baton demo (three hot restarts under load, to watch), baton bench (measurements beside other proxies).",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 refused or rolled back."
        },
        subcommands = {
            RunCommand.class,
            ServeCommand.class,
            UpgradeCommand.class,
            RollbackCommand.class,
            StatusCommand.class,
            StopCommand.class,
            CheckCommand.class,
            VersionCommand.class,
            TrainCommand.class
        })
final class BatonCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command");
    }
}
