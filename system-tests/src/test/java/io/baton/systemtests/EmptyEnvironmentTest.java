package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As nginx starts its successor: no PATH, no HOME, no locale. */
class EmptyEnvironmentTest {
    @TempDir
    Path temp;

    @Test
    void batonNeedsNoEnvironmentToReadAFileOfAnyName() throws Exception {
        // This JVM may not be able to name it: a shell does.
        Path config = Configs.write(temp, Configs.freePort(), Configs.loopback(1));
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh",
                "-c",
                "name=$(printf 'b\\303\\266.yaml'); /bin/cp \"$2\" \"$3/$name\"; exec \"$1\" check -c \"$3/$name\"",
                "sh",
                Baton.home().resolve("bin/baton").toString(),
                config.toString(),
                temp.toString());
        builder.environment().clear();
        // Where CI has it, the launcher would not look.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));

        Outcome outcome = Outcome.of(builder);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(Files.exists(config)).isTrue();
    }
}
