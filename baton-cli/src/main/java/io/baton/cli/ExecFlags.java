package io.baton.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What makes a {@code baton serve} behave as nginx's master does: docs/operating.md, "Upgrading the nginx way". */
final class ExecFlags {
    enum Steps {
        /** USR2 does all of it. */
        AUTO,
        /** USR2, then WINCH, then QUIT, or HUP to go back. */
        MANUAL
    }

    @Option(
            names = "--exec-upgrade",
            paramLabel = "STEPS",
            arity = "0..1",
            fallbackValue = "auto",
            description =
                    "Start the next process on USR2, as nginx does. auto (without a value): all of the handover; manual: USR2, WINCH, then QUIT, or HUP to go back.")
    private @Nullable Steps steps;

    @Option(
            names = "--pid-path",
            paramLabel = "FILE",
            description = "Write the process id there, and into FILE.oldbin while a new process takes over.")
    private @Nullable Path pidPath;

    boolean enabled() {
        return steps != null;
    }

    boolean manual() {
        return steps == Steps.MANUAL;
    }

    Optional<Path> pidPath() {
        return Optional.ofNullable(pidPath).map(path -> path.toAbsolutePath().normalize());
    }
}
