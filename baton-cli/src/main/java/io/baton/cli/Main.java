package io.baton.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Where {@code bin/baton} begins. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    static int execute(String... args) {
        CommandLine line = BatonCommand.line(args)
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setColorScheme(Terminal.colours())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::usageError)
                .setExecutionExceptionHandler(Main::failure);
        return line.execute(args);
    }

    private static int usageError(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        String name = line.getCommandSpec().qualifiedName();
        line.getErr().printf("%s: %s (see %s --help)%n", name, oneLine(e.getMessage()), name);
        return ExitCode.USAGE.code;
    }

    private static int failure(Exception e, CommandLine line, ParseResult parsed) {
        if (e instanceof CliException expected) {
            line.getErr().printf("baton: %s%n", oneLine(expected.getMessage()));
            return expected.exitCode().code;
        }
        // A mistake of ours: whoever reports it needs the trace.
        line.getErr().printf("baton: internal error: %s%n", oneLine(e.toString()));
        e.printStackTrace(line.getErr());
        return ExitCode.FAILED.code;
    }

    private static String oneLine(@Nullable String text) {
        return text == null ? "no message" : text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
