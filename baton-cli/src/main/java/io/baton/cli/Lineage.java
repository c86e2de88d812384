package io.baton.cli;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a supervisor writes down so that the next one, should it die, finds its generations: lineage.json in the runtime directory.
 *
 * @param baseId empty before any generation has told it
 * @param config what the serving generation was started with
 * @param home the distribution it was started from
 */
record Lineage(Optional<BaseId> baseId, Path config, Path home, List<Entry> generations) {

    /**
     * A generation's process.
     *
     * @param startTicks field 22 of /proc/PID/stat: together with the pid it names a process for good, pids alone are used again
     */
    record Entry(RestartEpoch epoch, long pid, long startTicks, Instant started) {
        boolean isAlive() {
            return Lineage.startTicks(pid) == startTicks;
        }
    }

    Lineage {
        generations = List.copyOf(generations);
    }

    String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("base_id", baseId.map(BaseId::value).orElse(null));
        json.put("config", config.toString());
        json.put("home", home.toString());
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Entry entry : generations) {
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("epoch", entry.epoch().value());
            member.put("pid", entry.pid());
            member.put("start_ticks", entry.startTicks());
            member.put("started", entry.started());
            entries.add(member);
        }
        json.put("generations", entries);
        return Json.write(json) + "\n";
    }

    /**
     * Empty when there is none, or none that can be read: a cold start then.
     *
     * @throws IOException when it is there, and not in the form that {@link #toJson} writes
     */
    static Optional<Lineage> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Map<String, @Nullable Object> json = Json.readObject(Files.readString(file));
            List<Entry> entries = new ArrayList<>();
            if (json.get("generations") instanceof List<?> list) {
                for (Object element : list) {
                    if (element instanceof Map<?, ?> entry) {
                        entries.add(entry(entry));
                    }
                }
            }
            return Optional.of(new Lineage(
                    json.get("base_id") == null ? Optional.empty() : Optional.of(new BaseId(number(json, "base_id"))),
                    path(json, "config"),
                    path(json, "home"),
                    entries));
        } catch (Json.JsonException | IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IOException("%s is damaged: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Entry entry(Map<?, ?> entry) {
        return new Entry(
                new RestartEpoch(Math.toIntExact(number(entry, "epoch"))),
                number(entry, "pid"),
                number(entry, "start_ticks"),
                Instant.parse(String.valueOf(entry.get("started"))));
    }

    private static Path path(Map<?, ?> object, String name) {
        if (object.get(name) instanceof String text) {
            return Path.of(text);
        }
        throw new IllegalArgumentException("%s is %s, expected a path".formatted(name, object.get(name)));
    }

    private static long number(Map<?, ?> object, String name) {
        if (object.get(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException("%s is %s, expected a number".formatted(name, object.get(name)));
    }

    /** When a process was started, in clock ticks since boot; -1 when there is none (any more). */
    static long startTicks(long pid) {
        return ProcStat.of(pid).map(ProcStat::startTicks).orElse(-1L);
    }
}
