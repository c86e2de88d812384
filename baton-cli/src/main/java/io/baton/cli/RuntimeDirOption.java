package io.baton.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --runtime-dir}, of every command that concerns a running lineage. */
final class RuntimeDirOption {
    @Option(
            names = "--runtime-dir",
            paramLabel = "DIR",
            description =
                    "Sockets, pid file and state: one directory, one lineage. Default $XDG_RUNTIME_DIR/baton or /run/baton.")
    private @Nullable Path path;

    Path path() {
        return path == null ? RuntimeDir.defaultPath(System.getenv()) : path;
    }
}
