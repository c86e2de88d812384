package io.baton.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of the supervisor's answer: any number of {@link Progress}, then one of the others. A client that hears nothing for
 * {@link ControlClient#SILENCE} gives up, so whoever is waiting is told something more often than that.
 */
sealed interface ControlReply {

    record Progress(String text) implements ControlReply {}

    record Done(String text) implements ControlReply {}

    /** Nothing changed, and why. */
    record Refused(String reason) implements ControlReply {}

    /** The status, in the shape of design/interfaces.md. */
    record Report(Map<String, @Nullable Object> status) implements ControlReply {}

    /** Without the line's end. */
    default String encode() {
        return Json.write(
                switch (this) {
                    case Progress(var text) -> Map.of("progress", text);
                    case Done(var text) -> Map.of("done", text);
                    case Refused(var reason) -> Map.of("refused", reason);
                    case Report(var status) -> Map.of("status", status);
                });
    }

    static ControlReply decode(String line) throws ControlException {
        Map<String, @Nullable Object> members;
        try {
            members = Json.readObject(line);
        } catch (Json.JsonException e) {
            throw new ControlException("answer: " + e.getMessage());
        }
        for (Map.Entry<String, @Nullable Object> member : members.entrySet()) {
            String text = String.valueOf(member.getValue());
            switch (member.getKey()) {
                case "progress" -> {
                    return new Progress(text);
                }
                case "done" -> {
                    return new Done(text);
                }
                case "refused" -> {
                    return new Refused(text);
                }
                case "status" -> {
                    if (member.getValue() instanceof Map<?, ?> status) {
                        return new Report(Json.members(status));
                    }
                }
                default -> {
                    // A newer supervisor may say more.
                }
            }
        }
        throw new ControlException(
                "answer: %s, expected progress, done, refused or status".formatted(members.keySet()));
    }
}
