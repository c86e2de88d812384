package io.baton.cli;

import io.baton.proxy.HandoverConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What generations are started with.
 *
 * @param config absolute
 * @param home the distribution, by its real path: what a symlink means may change while we run
 * @param times of the config's handover section
 * @param passedOn flags of {@code run} that every generation gets
 */
record RunSettings(Path config, Path home, HandoverConfig times, List<String> passedOn) {
    RunSettings {
        passedOn = List.copyOf(passedOn);
    }

    /** Checks a config, with the build that is going to read it. */
    interface Checker {
        /**
         * Reads it, touching nothing that runs.
         *
         * @throws CliException with the one line that the user reads
         */
        HandoverConfig check(Path config, Path home) throws CliException;
    }

    /** What a hot restart changes; the config is read again in any case. */
    RunSettings changed(Optional<Path> newConfig, Optional<Path> newHome, Checker checker) throws CliException {
        Path nextConfig = newConfig.orElse(config);
        Path nextHome = newHome.isPresent() ? Distribution.at(newHome.get()) : home;
        return new RunSettings(nextConfig, nextHome, checker.check(nextConfig, nextHome), passedOn);
    }
}
