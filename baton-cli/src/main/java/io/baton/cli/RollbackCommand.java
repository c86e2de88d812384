package io.baton.cli;

import picocli.CommandLine.Command;

/** {@code baton rollback}: undoes a hot restart that is not committed yet. */
@Command(
        name = "rollback",
        description = "Abort the hot restart that is under way.",
        footer = "Exit code 3 when there is none, or it is committed: connections do not migrate yet.")
final class RollbackCommand extends SupervisedCommand {
    @Override
    public Integer call() throws CliException {
        return order(new ControlRequest.Rollback());
    }
}
