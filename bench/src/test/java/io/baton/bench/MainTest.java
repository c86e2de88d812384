package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void explainsItself() {
        assertThat(run("demo", "--help")).isZero();
        assertThat(out.toString()).contains("--seconds", "--restarts", "--rate", "--json");
        assertThat(run("bench", "--help")).isZero();
        assertThat(out.toString()).contains("throughput", "restart", "reload");
    }

    @Test
    void refusesWrongArgumentsWithOneLineAndExitCode2() {
        assertThat(run("demo", "--seconds", "1")).isEqualTo(2);
        assertThat(err.toString().lines().findFirst()).contains("--seconds 1: expected 5 to 600");
        assertThat(run("bench", "throughput", "--rounds", "99")).isEqualTo(2);
        assertThat(run("bench", "throughput", "--protocol", "udp")).isEqualTo(2);
        assertThat(run("bench", "reload", "--reloads", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--reloads 0: expected 1 to 50");
        assertThat(run("bench", "restart", "--peers", "apache")).isEqualTo(2);
        assertThat(run("bench")).isEqualTo(2);
        assertThat(run("demo", "--unknown")).isEqualTo(2);
    }

    private int run(String... arguments) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments);
    }
}
