package io.baton.cli;

import picocli.CommandLine.Command;

/** {@code baton rollback}: undoes a hot restart that is not committed yet. */
@Command(
        name = "rollback",
        description = "Undo the hot restart that is under way: connections that have moved go back.",
        footer = "Exit code 3 when there is none, or it is committed.")
final class RollbackCommand extends SupervisedCommand {
    @Override
    public Integer call() throws CliException {
        return order(new ControlRequest.Rollback());
    }
}
