package io.baton.cli;

import static java.util.Objects.requireNonNull;

/** Ends a command: the message is the one line that the user reads, without prefix. */
final class CliException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CliException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /** Always there: no constructor goes without. */
    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage());
    }
}
