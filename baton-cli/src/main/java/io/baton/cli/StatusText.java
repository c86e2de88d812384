package io.baton.cli;

import java.util.List;
import java.util.Map;

/** The status for people. */
final class StatusText {
    private StatusText() {}

    /** @param status in the shape of design/interfaces.md; what a newer or older supervisor leaves out shows as {@code -} */
    static String render(Map<String, ?> status) {
        StringBuilder text = new StringBuilder("lineage %s: epoch %s, %s%n"
                .formatted(word(status, "base_id"), word(status, "epoch"), word(status, "state")));
        if (status.get("handover") instanceof Map<?, ?> handover) {
            text.append("hot restart %s -> %s for %s ms: %s%n"
                    .formatted(
                            word(handover, "from"),
                            word(handover, "to"),
                            word(handover, "since_ms"),
                            word(handover, "phase")));
        }
        text.append("%-6s %-8s %-15s %8s %8s  %s%n".formatted("EPOCH", "PID", "STATE", "TCP", "HTTP", "STARTED"));
        if (status.get("generations") instanceof List<?> generations) {
            for (Object element : generations) {
                if (element instanceof Map<?, ?> generation) {
                    text.append(line(generation));
                }
            }
        }
        if (status.get("last_handover") instanceof Map<?, ?> last) {
            text.append(
                    "last hot restart %s -> %s: %s in %s ms, %s moved, %s drained, %s cut, old process gone after %s ms%n"
                            .formatted(
                                    word(last, "from"),
                                    word(last, "to"),
                                    word(last, "result"),
                                    word(last, "total_ms"),
                                    word(last, "moved"),
                                    word(last, "drained"),
                                    word(last, "cut"),
                                    word(last, "parent_gone_ms")));
        }
        return text.toString();
    }

    private static String line(Map<?, ?> generation) {
        Map<?, ?> connections = generation.get("connections") instanceof Map<?, ?> map ? map : Map.of();
        return "%-6s %-8s %-15s %8s %8s  %s%n"
                .formatted(
                        word(generation, "epoch"),
                        word(generation, "pid"),
                        word(generation, "state"),
                        word(connections, "tcp"),
                        word(connections, "http"),
                        word(generation, "started"));
    }

    static String word(Map<?, ?> object, String name) {
        Object value = object.get(name);
        return value == null ? "-" : value.toString();
    }
}
