package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private final StringWriter written = new StringWriter();

    @Test
    void eachLineIsPrintedOnceWhereNobodyLooks() {
        ProgressLines lines = new ProgressLines(new PrintWriter(written), false);
        lines.accept("generation 1 is starting");
        lines.accept("generation 1 is starting");
        lines.accept("moved 10 of 40 connections");
        lines.end();
        assertThat(written.toString().lines())
                .containsExactly("generation 1 is starting", "moved 10 of 40 connections");
    }

    @Test
    void onATerminalWhatCountsIsABarThatGrowsInPlace() {
        ProgressLines lines = new ProgressLines(new PrintWriter(written), true);
        lines.accept("moved 10 of 40 connections");
        lines.accept("moved 40 of 40 connections");
        lines.accept("generation 1 serves");
        assertThat(written.toString().replace(System.lineSeparator(), "|"))
                .isEqualTo("\r\u001B[K[#######.......................] moved 10 of 40 connections"
                        + "\r\u001B[K[##############################] moved 40 of 40 connections|generation 1 serves|");
    }
}
