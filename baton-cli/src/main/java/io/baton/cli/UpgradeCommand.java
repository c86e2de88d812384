package io.baton.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code baton upgrade}: a hot restart, from the outside. */
@Command(
        name = "upgrade",
        description = "Replace the running generation by a new one, and wait for the result.",
        footer =
                "Exit code 0: the new one serves and the old one drains. 3: refused or failed; what served goes on serving.")
final class UpgradeCommand extends SupervisedCommand {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A new config. Default: the one in use, read again.")
    private @Nullable Path config;

    @Option(
            names = "--home",
            paramLabel = "NEW_BATON",
            description = "Another build of Baton: the directory that holds bin/baton. Default: the one in use.")
    private @Nullable Path home;

    @Override
    public Integer call() throws CliException {
        return order(new ControlRequest.Upgrade(absolute(config), absolute(home)));
    }

    private static Optional<Path> absolute(@Nullable Path path) {
        return Optional.ofNullable(path).map(given -> given.toAbsolutePath().normalize());
    }
}
