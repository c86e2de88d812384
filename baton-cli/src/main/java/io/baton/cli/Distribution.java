package io.baton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Directories that hold a build of Baton: bin, lib, bench. */
final class Distribution {
    private Distribution() {}

    /** The one this process was started from, as its launcher says. */
    static Path current(Map<String, String> environment) throws CliException {
        String home = environment.get("BATON_HOME");
        if (home == null) {
            throw new CliException(ExitCode.FAILED, "BATON_HOME is not set: start Baton by its bin/baton");
        }
        return at(Path.of(home));
    }

    /** Checks that there is one, and resolves symlinks: what they mean may change while we run. */
    static Path at(Path home) throws CliException {
        try {
            Path real = home.toRealPath();
            if (Files.isExecutable(LaunchPlan.launcher(real))) {
                return real;
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "no Baton in %s: no such directory".formatted(home), e);
        }
        throw new CliException(ExitCode.FAILED, "no Baton in %s: expected an executable bin/baton".formatted(home));
    }
}
