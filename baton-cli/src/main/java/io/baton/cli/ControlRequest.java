package io.baton.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of the supervisor: one line of JSON, {@code {"command":"upgrade","config":"/etc/baton.yaml"}}. Paths are
 * absolute, since the supervisor's working directory is not the client's.
 */
sealed interface ControlRequest {

    /** A hot restart, of the same config and build where none is given. */
    record Upgrade(Optional<Path> config, Optional<Path> home) implements ControlRequest {}

    record Rollback() implements ControlRequest {}

    record Status() implements ControlRequest {}

    /** An end, supervisor included; {@code now} cuts the connections instead of draining them. */
    record Stop(boolean now) implements ControlRequest {}

    /** Without the line's end. */
    default String encode() {
        Map<String, Object> members = new LinkedHashMap<>();
        switch (this) {
            case Upgrade(var config, var home) -> {
                members.put("command", "upgrade");
                config.ifPresent(path -> members.put("config", path.toString()));
                home.ifPresent(path -> members.put("home", path.toString()));
            }
            case Rollback() -> members.put("command", "rollback");
            case Status() -> members.put("command", "status");
            case Stop(var now) -> {
                members.put("command", "stop");
                members.put("now", now);
            }
        }
        return Json.write(members);
    }

    /**
     * Reads a line. Members that are not known are ignored, so that versions can differ.
     *
     * @throws ControlException with what was expected
     */
    static ControlRequest decode(String line) throws ControlException {
        Map<String, @Nullable Object> members;
        try {
            members = Json.readObject(line);
        } catch (Json.JsonException e) {
            throw new ControlException("request: " + e.getMessage());
        }
        String command = String.valueOf(members.get("command"));
        return switch (command) {
            case "upgrade" -> new Upgrade(path(members, "config"), path(members, "home"));
            case "rollback" -> new Rollback();
            case "status" -> new Status();
            case "stop" -> new Stop(Boolean.TRUE.equals(members.get("now")));
            default ->
                throw new ControlException(
                        "request: command is %s, expected upgrade, rollback, status or stop".formatted(command));
        };
    }

    private static Optional<Path> path(Map<String, @Nullable Object> members, String name) throws ControlException {
        Object value = members.get(name);
        if (value == null) {
            return Optional.empty();
        }
        try {
            Path path = Path.of(value.toString());
            if (path.isAbsolute()) {
                return Optional.of(path);
            }
        } catch (InvalidPathException e) {
            throw new ControlException("request: %s: %s".formatted(name, e.getMessage()));
        }
        throw new ControlException("request: %s is %s, expected an absolute path".formatted(name, value));
    }
}
