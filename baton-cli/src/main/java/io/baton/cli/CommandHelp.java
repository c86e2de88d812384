package io.baton.cli;

import picocli.CommandLine.Option;

/** The help option that every command has. */
final class CommandHelp {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    @SuppressWarnings("UnusedVariable") // for picocli
    private boolean help;
}
