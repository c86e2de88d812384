package io.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A bench's result, ready to be written: the same numbers for people (Markdown, plots) and for programs (JSON).
 *
 * @param name of the files
 * @param facts about the machine and the versions
 * @param remarks how it was measured, and what was left out
 * @param data what goes into the JSON file
 */
record Report(
        String name,
        String title,
        Map<String, String> facts,
        List<String> remarks,
        List<Table> tables,
        List<Chart> charts,
        Map<String, ?> data) {
    /** The first row is the heading. */
    record Table(String title, List<List<String>> rows) {}

    Report {
        remarks = List.copyOf(remarks);
        tables = List.copyOf(tables);
        charts = List.copyOf(charts);
    }

    /** Prints it, writes its files, and names them. */
    void publish(Path directory) throws BenchException {
        plainText().forEach(System.out::println);
        List<Path> files = write(directory);
        System.out.println();
        files.forEach(file -> System.out.println("written: " + file));
    }

    /** Writes {@code name.md}, {@code name.json} and a {@code name-*.svg} per chart. */
    List<Path> write(Path directory) throws BenchException {
        List<Path> written = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            written.add(Files.writeString(directory.resolve(name + ".md"), markdown()));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("bench", name);
            json.put("machine", facts);
            json.put("remarks", remarks);
            json.put("results", data);
            written.add(Files.writeString(directory.resolve(name + ".json"), Json.write(json)));
            for (Chart chart : charts) {
                written.add(Files.writeString(directory.resolve(fileName(chart)), chart.svg()));
            }
            return written;
        } catch (IOException e) {
            throw new BenchException("cannot write results to %s: %s".formatted(directory, e), e);
        }
    }

    private String fileName(Chart chart) {
        return name + "-" + chart.name() + ".svg";
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# " + title + "\n\n");
        facts.forEach((fact, value) -> text.append("- %s: %s%n".formatted(fact, value)));
        text.append('\n');
        remarks.forEach(remark -> text.append(remark).append("\n\n"));
        for (Table table : tables) {
            text.append("## ").append(table.title()).append("\n\n");
            appendRow(text, table.rows().getFirst());
            appendRow(text, table.rows().getFirst().stream().map(_ -> "---").toList());
            table.rows().stream().skip(1).forEach(row -> appendRow(text, row));
            text.append('\n');
        }
        for (Chart chart : charts) {
            text.append("![%s](%s)%n%n".formatted(chart.title(), fileName(chart)));
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static void appendRow(StringBuilder text, List<String> cells) {
        text.append("| ");
        text.append(String.join(
                " | ", cells.stream().map(cell -> cell.replace("|", "\\|")).toList()));
        text.append(" |\n");
    }

    /** Remarks and tables for a terminal. */
    List<String> plainText() {
        List<String> lines = new ArrayList<>(List.of(""));
        lines.addAll(remarks);
        for (Table table : tables) {
            lines.add("");
            lines.add(table.title());
            TextTable text = new TextTable();
            table.rows().forEach(row -> text.row(row.getFirst(), row.subList(1, row.size())));
            lines.addAll(text.lines());
        }
        return lines;
    }
}
