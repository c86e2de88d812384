package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real Baton: the launcher of the distribution under test, as a user calls it. */
final class Baton {
    private Baton() {}

    /** The distribution under test; ./baton test says which. */
    static Path home() {
        Path home = Path.of(System.getProperty("baton.home", "../.baton/dist"));
        assertThat(home.resolve("bin/baton"))
                .as("the distribution under test: build it with ./baton build")
                .isExecutable();
        return home.toAbsolutePath();
    }

    /** Runs a command to its end. */
    static Outcome command(String... arguments) throws IOException, InterruptedException {
        return Outcome.of(builder(arguments));
    }

    static ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home().resolve("bin/baton").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("NOTIFY_SOCKET");
        return builder;
    }

    /** kill(1): signals by name, to any process. */
    static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        String words = new String(kill.getInputStream().readAllBytes(), UTF_8);
        assertThat(kill.waitFor()).as("kill -%s %d: %s", name, pid, words).isZero();
    }
}
