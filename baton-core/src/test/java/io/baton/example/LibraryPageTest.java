package io.baton.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LibraryPageTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", "."));

    @Test
    void thePageQuotesTheExampleThatIsCompiledAndRun() throws IOException {
        String source = Files.readString(MODULE.resolve("src/test/java/io/baton/example/EchoServer.java"));
        String quoted = source.substring(
                        source.indexOf("// docs:begin\n") + "// docs:begin\n".length(),
                        source.indexOf("    // docs:end"))
                .lines()
                .map(line -> line.startsWith("    ") ? line.substring(4) : line)
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(MODULE.resolve("../docs/library.md"))).contains(quoted);
    }
}
