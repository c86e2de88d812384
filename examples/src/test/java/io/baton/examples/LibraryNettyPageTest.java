package io.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibraryNettyPageTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", "."));

    @ParameterizedTest
    @ValueSource(strings = {"FrameServer", "GrpcServer", "ReactorServer", "WebFluxServer"})
    void thePageQuotesTheExampleThatIsCompiledAndRun(String example) throws IOException {
        String source = Files.readString(MODULE.resolve("src/test/java/io/baton/examples/" + example + ".java"));
        String quoted = source.substring(
                        source.indexOf("// docs:begin\n") + "// docs:begin\n".length(),
                        source.indexOf("    // docs:end"))
                .lines()
                .map(line -> line.startsWith("    ") ? line.substring(4) : line)
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(MODULE.resolve("../docs/library-netty.md"))).contains(quoted);
    }
}
