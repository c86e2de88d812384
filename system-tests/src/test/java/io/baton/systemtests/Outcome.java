package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** How a program ended, and what it said. */
record Outcome(int code, String out, String err) {
    private static final long DEADLINE_S = 120;

    /** Runs it to its end, with nothing to read. */
    static Outcome of(ProcessBuilder program) throws IOException, InterruptedException {
        Path out = Files.createTempFile("program", ".out");
        Path err = Files.createTempFile("program", ".err");
        try {
            Process process = program.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                process.getOutputStream().close();
                assertThat(process.waitFor(DEADLINE_S, TimeUnit.SECONDS))
                        .as("%s ends within %d s", program.command(), DEADLINE_S)
                        .isTrue();
                return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
