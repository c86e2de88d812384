package io.baton.envoy;

import io.baton.proxy.ConfigException;
import io.baton.proxy.Words;
import io.baton.proxy.Yaml.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The file that is being read: where each path of it was written, and what of it has been looked at. */
final class Source {
    private final String file;
    private final Map<String, Position> positions = new HashMap<>();
    private final Map<String, String> foreignTypes = new HashMap<>();
    private final List<Part> parts = new ArrayList<>();

    Source(String file) {
        this.file = file;
    }

    void wrote(String path, Position at) {
        positions.put(path, at);
    }

    /** At that path is an extension that Baton does not know; what is in it was not read. */
    void foreign(String path, String type) {
        foreignTypes.put(path, type);
    }

    Optional<String> foreign(String path) {
        return Optional.ofNullable(foreignTypes.get(path));
    }

    void opened(Part part) {
        parts.add(part);
    }

    /** Every field that is set was read by somebody: what has been forgotten is an error, not silence. */
    void checkAllRead() throws ConfigException {
        for (Part part : parts) {
            part.checkAllRead();
        }
    }

    /** One line: where this is and what is wrong with it. */
    ConfigException problem(String path, String problem) {
        return problemAt(position(path), path, problem);
    }

    ConfigException problemAt(Position at, String path, String problem) {
        String where = path.isEmpty() ? "" : Words.plain(path) + ": ";
        return new ConfigException("%s:%d:%d: %s%s".formatted(file, at.line(), at.column(), where, problem));
    }

    /** Of the path, or of the nearest thing around it that was written. */
    private Position position(String path) {
        String nearest = path;
        Position at = positions.get(nearest);
        while (at == null && !nearest.isEmpty()) {
            nearest = nearest.substring(0, Math.max(0, Math.max(nearest.lastIndexOf('.'), nearest.lastIndexOf('['))));
            at = positions.get(nearest);
        }
        return at == null ? new Position(1, 1) : at;
    }
}
