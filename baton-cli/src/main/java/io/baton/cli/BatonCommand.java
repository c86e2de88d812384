package io.baton.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
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
        })
final class BatonCommand implements Runnable {
    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("run", RunCommand.class);
        COMMANDS.put("serve", ServeCommand.class);
        COMMANDS.put("upgrade", UpgradeCommand.class);
        COMMANDS.put("rollback", RollbackCommand.class);
        COMMANDS.put("status", StatusCommand.class);
        COMMANDS.put("history", HistoryCommand.class);
        COMMANDS.put("stop", StopCommand.class);
        COMMANDS.put("hand-over", HandOverCommand.class);
        COMMANDS.put("check", CheckCommand.class);
        COMMANDS.put("version", VersionCommand.class);
        COMMANDS.put("train", TrainCommand.class);
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // for picocli
    private final CommandHelp help = new CommandHelp();

    /**
     * This command with those below it. Describing a command to picocli takes it tens of milliseconds, as its classes are too old for
     * an AOT cache, so only the one that is named first is described; all of them when it is none.
     */
    static CommandLine line(String... args) {
        CommandLine line = new CommandLine(new BatonCommand());
        Class<?> named = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (named == null) {
            COMMANDS.values().forEach(line::addSubcommand);
        } else {
            line.addSubcommand(named);
        }
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command");
    }
}
