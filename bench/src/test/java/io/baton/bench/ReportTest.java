package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ReportTest {
    @BeforeAll
    static void noDisplay() {
        System.setProperty("java.awt.headless", "true");
    }

    @Test
    void writesTheSameNumbersAsMarkdownAndJsonAndAPlotBesides(@TempDir Path directory) throws Exception {
        Map<String, Spread> bars = new LinkedHashMap<>();
        bars.put("baton", new Spread(70_000, 69_000, 72_000, 3));
        bars.put("haproxy", new Spread(73_000, 71_000, 74_000, 3));
        Report report = new Report(
                "example",
                "An example",
                Map.of("kernel", "Linux 6"),
                List.of("A remark."),
                List.of(new Report.Table(
                        "Measured", List.of(List.of("proxy", "requests/s"), List.of("baton", "70,000 | up")))),
                List.of(
                        new Chart.Bars("small", "Small responses", "requests/s", bars),
                        new Chart.Lines("line", "Line", "s", "ms", Map.of("baton", List.of(1.0, 30.0, 2.0)))),
                Map.of("baton", Map.of("requests_per_second", List.of(70_000.0))));
        List<Path> files = report.write(directory.resolve("out"));
        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly("example.md", "example.json", "example-small.svg", "example-line.svg");
        assertThat(files.get(0)).content().isEqualTo("""
                # An example

                - kernel: Linux 6

                A remark.

                ## Measured

                | proxy | requests/s |
                | --- | --- |
                | baton | 70,000 \\| up |

                ![Small responses](example-small.svg)

                ![Line](example-line.svg)
                """);
        assertThat(Json.readObject(Files.readString(files.get(1))).get("results"))
                .isEqualTo(Map.of("baton", Map.of("requests_per_second", List.of(70_000.0))));
        for (Path svg : files.subList(2, 4)) {
            assertThat(rootElement(Files.readString(svg))).isEqualTo("svg");
        }
    }

    @Test
    void alignsTablesForATerminal() {
        assertThat(new TextTable()
                        .row("What", "first", "second")
                        .row("a long name", "1", "2,000,000")
                        .row("b", "22")
                        .lines())
                .containsExactly(
                        "What          first      second",
                        "-------------------------------",
                        "a long name       1   2,000,000",
                        "b                22");
    }

    private static String rootElement(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // The DTD that the file names is not to be fetched.
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement()
                .getTagName();
    }
}
