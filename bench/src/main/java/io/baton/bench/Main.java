package io.baton.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code baton demo} and {@code baton bench}. */
@Command(
        name = "baton",
        description = "Load on a real Baton, and what came of it.",
        mixinStandardHelpOptions = true,
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
        return new CommandLine(new Main()).setExecutionExceptionHandler((error, command, _) -> {
            if (error instanceof BenchException) {
                command.getErr().println("baton: " + error.getMessage());
            } else {
                error.printStackTrace(command.getErr());
            }
            return 1;
        });
    }
}
