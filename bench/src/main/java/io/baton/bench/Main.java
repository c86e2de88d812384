package io.baton.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** {@code baton demo} and {@code baton bench}. */
@Command(
        name = "baton",
        description = "Load on a real Baton, and what came of it.",
        subcommands = {DemoCommand.class, BenchCommand.class})
public final class Main {
    private Main() {}

    /** Exits 0 when all went well, 1 when something was lost or could not be measured, 2 when the arguments are wrong. */
    public static void main(String[] arguments) {
        // Charts are drawn without a display.
        System.setProperty("java.awt.headless", "true");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        addHelp(commandLine);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine.setExecutionExceptionHandler((error, command, _) -> {
            if (error instanceof BenchException) {
                command.getErr().println("baton: " + error.getMessage());
            } else {
                error.printStackTrace(command.getErr());
            }
            return 1;
        });
    }

    private static void addHelp(CommandLine commandLine) {
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this and exit.")
                        .build());
        commandLine.getSubcommands().values().forEach(Main::addHelp);
    }
}
