package io.baton.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table for people: the first column names the row and is to the left, numbers are to the right. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable row(String name, String... cells) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(List.of(cells));
        rows.add(row);
        return this;
    }

    TextTable row(String name, List<String> cells) {
        return row(name, cells.toArray(String[]::new));
    }

    /** The lines, aligned; the first row is the heading, underlined. */
    List<String> lines() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(column == 0 ? "" : "   ").append(column == 0 ? cell + padding : padding + cell);
            }
            lines.add(line.toString().stripTrailing());
            if (lines.size() == 1) {
                lines.add("-".repeat(Arrays.stream(widths).sum() + 3 * (columns - 1)));
            }
        }
        return lines;
    }
}
