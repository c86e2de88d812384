package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model of the handover in docs/model, in every order of events, by spin. */
class ModelTest {
    private static final Path MODEL =
            Path.of("..", "docs", "model", "handover.pml").toAbsolutePath().normalize();
    private static final int SECONDS = 120;

    @TempDir
    Path directory;

    @BeforeAll
    static void spinIsThere() {
        boolean there = isThere("spin") && isThere("gcc");
        if (!there) {
            System.err.println("SKIPPED: the model of the handover is not checked, there is no spin or no gcc");
        }
        assumeTrue(there, "spin and gcc are on the path");
    }

    private static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    @Test
    void inNoOrderOfEventsAndDeathsHasAConnectionTwoOwnersOrNoneOrDoesAnyoneWaitForEver() throws Exception {
        assertThat(check(0)).contains("errors: 0").doesNotContain("max search depth too small");
    }

    @ParameterizedTest
    @CsvSource({
        "1, !((childTouches&&parentTookBack))",
        "2, !((childTouches&&parentTookBack))",
        "3, !((parentTouches&&childTookBack))",
        "4, ||parentTouches)",
        "5, (parentAccepts||committed)",
        "6, !((parentTouches&&childTookBack))",
        "7, !((parentTouches&&childTookBack))"
    })
    void aRuleThatIsBrokenIsFound(int mutation, String violated) throws Exception {
        assertThat(check(mutation)).contains("errors: 1").containsPattern("assertion violated .*" + quote(violated));
    }

    private static String quote(String text) {
        return java.util.regex.Pattern.quote(text);
    }

    private String check(int mutation) throws IOException, InterruptedException {
        run("spin", "-DMUTATION=" + mutation, "-a", MODEL.toString());
        run("gcc", "-O2", "-DSAFETY", "-w", "-o", "pan", "pan.c");
        return run("./pan", "-m100000");
    }

    private String run(String... command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(arguments)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("%s did not end within %d s".formatted(arguments, SECONDS));
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as("%s: %s", arguments, said).isZero();
        return said;
    }
}
