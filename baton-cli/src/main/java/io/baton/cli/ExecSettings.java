package io.baton.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a process is upgraded the nginx way.
 *
 * @param enabled whether it starts its own child at all
 * @param manual whether an operator leads each step
 * @param pidPath where its pid is told
 * @param inheritance what a parent that has started this process has left it
 * @param arguments of this process, which its child gets, too
 */
record ExecSettings(
        boolean enabled,
        boolean manual,
        Optional<Path> pidPath,
        Optional<ExecEnvironment> inheritance,
        List<String> arguments) {
    ExecSettings {
        arguments = List.copyOf(arguments);
    }
}
