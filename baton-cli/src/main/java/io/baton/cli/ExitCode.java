package io.baton.cli;

/** What the shell gets. Scripts rely on these numbers: design/interfaces.md. */
enum ExitCode {
    DONE(0),
    /** It did not work. */
    FAILED(1),
    /** The command line is wrong. */
    USAGE(2),
    /** Refused or rolled back; what ran before runs on. */
    REFUSED(3);

    final int code;

    ExitCode(int code) {
        this.code = code;
    }
}
