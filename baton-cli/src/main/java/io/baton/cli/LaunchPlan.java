package io.baton.cli;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one generation is to be started.
 *
 * @param home the distribution it is started from
 * @param baseId empty to have a free one chosen, for epoch 0 only
 * @param passedOn flags of {@code run} that every generation gets
 */
record LaunchPlan(Path home, Path config, RestartEpoch epoch, Optional<BaseId> baseId, List<String> passedOn) {
    LaunchPlan {
        passedOn = List.copyOf(passedOn);
    }

    List<String> command(RuntimeDir directory) {
        List<String> command = new ArrayList<>(List.of(
                launcher(home).toString(),
                "serve",
                "--config-path",
                config.toString(),
                "--restart-epoch",
                epoch.toString(),
                "--socket-path",
                directory.hotRestartSockets().toString(),
                "--socket-mode",
                "600"));
        if (baseId.isPresent()) {
            command.addAll(List.of("--base-id", Long.toString(baseId.get().value())));
        } else {
            command.add("--use-dynamic-base-id");
        }
        command.addAll(passedOn);
        return command;
    }

    static Path launcher(Path home) {
        return home.resolve("bin").resolve("baton");
    }
}
