package io.baton.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where other programs get the listeners. */
final class GetsocksOption {
    static final String NAME = "--getsocks-path";

    @Option(
            names = NAME,
            paramLabel = "PATH",
            description =
                    "Serve the listening sockets there, mode 0600, to 'haproxy -x PATH' and 'baton hand-over --from PATH'.")
    private @Nullable Path path;

    Optional<Path> path() {
        return Optional.ofNullable(path).map(given -> given.toAbsolutePath().normalize());
    }
}
