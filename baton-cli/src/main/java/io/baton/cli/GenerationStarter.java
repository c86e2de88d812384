package io.baton.cli;

import io.baton.inherit.Variables;
import io.baton.posix.Posix;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts generations: {@code bin/baton serve …} of a distribution, output shared with ours. */
final class GenerationStarter {
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Posix posix;
    private final RuntimeDir directory;
    private final StartNiceness niceness;

    GenerationStarter(Posix posix, RuntimeDir directory) {
        this.posix = posix;
        this.directory = directory;
        this.niceness = StartNiceness.of(posix, Map.of());
    }

    /** What the user must know: empty when generations get sessions of their own. */
    static Optional<String> warning() {
        return Files.isExecutable(SETSID)
                ? Optional.empty()
                : Optional.of(
                        "WARNING: there is no %s: a terminal's Ctrl-C ends the generations at once and cuts their connections"
                                .formatted(SETSID));
    }

    /** @throws IOException when the kernel refuses */
    GenerationProcess start(LaunchPlan plan) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            // In a session of its own: a Ctrl-C or a resized window (SIGWINCH: drain!) reaches all of the terminal's
            // processes,
            // and what a generation is to do then is for the supervisor to say. setsid(1) execs, so the pid stays.
            command.add(SETSID.toString());
        }
        command.addAll(plan.command(directory));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        // They name fds of this process, and a generation gets none of those.
        Variables.removeFrom(environment);
        environment.put("NOTIFY_SOCKET", directory.notifySocket().toString());
        environment.put(SupervisorLink.VARIABLE, directory.path().toString());
        // The JVM that runs us will do for the child, wherever PATH and JAVA_HOME point.
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        // A training run trains itself alone.
        environment.remove("BATON_AOT_OUTPUT");
        boolean takesOver = !plan.epoch().isFirst();
        if (takesOver) {
            environment.putAll(niceness.forChild());
        }
        Process process = builder.start();
        if (takesOver) {
            niceness.lowerChild(process.pid());
        }
        return new GenerationProcess.Spawned(process, posix);
    }
}
