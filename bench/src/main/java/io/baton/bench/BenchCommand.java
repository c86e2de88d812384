package io.baton.bench;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        description = "Measures Baton side by side with nginx and HAProxy on this machine, in one run.",
        subcommands = {ThroughputCommand.class, RestartCommand.class},
        subcommandsRepeatable = false)
final class BenchCommand {}
