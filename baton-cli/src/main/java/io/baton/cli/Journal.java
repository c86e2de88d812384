package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.cli.Json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a lineage, on disk, for whoever asks after the processes are gone: one JSON object a line. When it has grown to {@link
 * #MAX_BYTES} the older half goes. A line survives the process that wrote it; it is not synced, so the last ones may not survive the machine.
 *
 * <p>Thread-safe. Never throws: a full disk must not end a supervisor, it is said once.
 */
final class Journal {
    static final int MAX_BYTES = 1024 * 1024;

    /** What a line is about, each with an object or text of its own under this name. */
    enum Kind {
        EVENT,
        HANDOVER;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String AT = "at";
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private final RuntimeDir directory;
    private final InstantSource clock;
    private final Consumer<String> complain;
    private boolean complained;
    private boolean endsWithLine;

    Journal(RuntimeDir directory, InstantSource clock, Consumer<String> complain) {
        this.directory = directory;
        this.clock = clock;
        this.complain = complain;
    }

    /** Something happened just now. */
    void event(String words) {
        append(Kind.EVENT, clock.instant(), words);
    }

    /** How a hot restart came out, or came to be known since: the last line with the same beginning holds. */
    void handover(Handover handover) {
        append(Kind.HANDOVER, handover.story().asked(), handover.toJournal());
    }

    private synchronized void append(Kind kind, Instant at, Object what) {
        byte[] line = (new Entry(at, kind, what).toJson() + "\n").getBytes(UTF_8);
        try {
            Path file = directory.journal();
            if (!Files.exists(file)) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(PRIVATE));
            }
            if (!endsWithLine || Files.size(file) + line.length > MAX_BYTES) {
                tidy(file);
                endsWithLine = true;
            }
            Files.write(file, line, StandardOpenOption.APPEND);
        } catch (IOException e) {
            endsWithLine = false;
            if (!complained) {
                complained = true;
                complain.accept("the journal %s cannot be written: %s".formatted(directory.journal(), e));
            }
        }
    }

    /** Ends a line that the last supervisor had no time to end, and drops the older half of a journal that is full. */
    private void tidy(Path file) throws IOException {
        String text = Files.readString(file, UTF_8);
        boolean torn = !text.isEmpty() && !text.endsWith("\n");
        if (text.length() > MAX_BYTES / 2) {
            text = text.substring(text.indexOf('\n', text.length() - MAX_BYTES / 2) + 1);
        } else if (!torn) {
            return;
        }
        directory.replace(file, torn ? text + "\n" : text);
        Files.setPosixFilePermissions(file, PRIVATE);
    }

    /** One line, understood. */
    record Entry(Instant at, Kind kind, Object what) {
        /** As it stands in the file. */
        String toJson() {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(AT, at.toString());
            entry.put(kind.key(), what);
            return Json.write(entry);
        }
    }

    /** In the order of their times; of a hot restart what was known last, at the time when it was asked for. Skips what is no entry. */
    static List<Entry> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, UTF_8);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        Map<Object, Entry> entries = new LinkedHashMap<>();
        for (String line : lines) {
            Entry entry = parse(line);
            if (entry != null) {
                entries.put(entry.kind() == Kind.HANDOVER ? entry.at() : new Object(), entry);
            }
        }
        return entries.values().stream().sorted(Comparator.comparing(Entry::at)).toList();
    }

    private static @Nullable Entry parse(String line) {
        try {
            Map<String, @Nullable Object> members = Json.readObject(line);
            Instant at = Instant.parse(String.valueOf(members.get(AT)));
            for (Kind kind : Kind.values()) {
                Object what = members.get(kind.key());
                if (what != null) {
                    return new Entry(at, kind, what);
                }
            }
            return null;
        } catch (JsonException | DateTimeException e) {
            return null; // torn by the end of a machine, or of a later version
        }
    }
}
