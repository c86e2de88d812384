package io.baton.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The journal for people, in the time zone of whoever asks. */
final class HistoryText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private HistoryText() {}

    static String render(Journal.Entry entry, boolean timeline) {
        return switch (entry.kind()) {
            case EVENT -> line(entry.at(), entry.what().toString());
            case HANDOVER -> entry.what() instanceof Map<?, ?> handover ? handover(entry.at(), handover, timeline) : "";
        };
    }

    private static String handover(Instant at, Map<?, ?> handover, boolean timeline) {
        Map<?, ?> pause = handover.get("pause_ms") instanceof Map<?, ?> map ? map : Map.of();
        StringBuilder text = new StringBuilder(line(
                at,
                "hot restart %s -> %s, asked for by %s: %s after %s ms; %s moved, %s drained, %s cut; pauses %s/%s/%s ms (p50/p99/max); old process gone after %s ms"
                        .formatted(
                                StatusText.word(handover, "from"),
                                StatusText.word(handover, "to"),
                                StatusText.word(handover, "asked_by"),
                                StatusText.word(handover, "result"),
                                StatusText.word(handover, "total_ms"),
                                StatusText.word(handover, "moved"),
                                StatusText.word(handover, "drained"),
                                StatusText.word(handover, "cut"),
                                StatusText.word(pause, "p50"),
                                StatusText.word(pause, "p99"),
                                StatusText.word(pause, "max"),
                                StatusText.word(handover, "parent_gone_ms"))));
        if (timeline && handover.get("timeline") instanceof List<?> steps) {
            for (Object step : steps) {
                if (step instanceof Map<?, ?> said) {
                    text.append("%20s ms  %s%n".formatted(StatusText.word(said, "ms"), StatusText.word(said, "what")));
                }
            }
        }
        return text.toString();
    }

    private static String line(Instant at, String words) {
        return "%s  %s%n".formatted(TIME.format(at), words);
    }
}
