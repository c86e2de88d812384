package io.baton.cli;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a generation tells its supervisor about itself, on change and at least each second.
 *
 * @param tcp live relayed connections
 * @param http live HTTP connections
 * @param movable how many of them could move to another process now
 * @param cut how many of its connections it had to cut, known only at its end
 * @param moves which connections have moved to it and from it
 */
record GenerationReport(
        BaseId baseId,
        RestartEpoch epoch,
        long pid,
        GenerationState state,
        Instant started,
        long tcp,
        long http,
        long movable,
        long cut,
        Moves moves) {
    private static final String PREFIX = "X_BATON_";

    long connections() {
        return tcp + http;
    }

    NotifyMessage toMessage() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(
                NotifyMessage.STATUS,
                "generation %d %s, %d connections".formatted(epoch.value(), state.word(), connections()));
        fields.put(PREFIX + "BASE_ID", Long.toString(baseId.value()));
        fields.put(PREFIX + "EPOCH", Integer.toString(epoch.value()));
        fields.put(PREFIX + "PID", Long.toString(pid));
        fields.put(PREFIX + "STATE", state.word());
        fields.put(PREFIX + "STARTED", started.toString());
        fields.put(PREFIX + "TCP", Long.toString(tcp));
        fields.put(PREFIX + "HTTP", Long.toString(http));
        fields.put(PREFIX + "MOVABLE", Long.toString(movable));
        fields.put(PREFIX + "CUT", Long.toString(cut));
        moves.addTo(fields);
        return new NotifyMessage(fields);
    }

    /** Empty when the message is no report, or not a whole one. */
    static Optional<GenerationReport> from(NotifyMessage message) {
        try {
            Optional<GenerationState> state = message.get(PREFIX + "STATE").flatMap(GenerationState::ofWord);
            Optional<Instant> started = message.get(PREFIX + "STARTED").map(Instant::parse);
            if (state.isEmpty() || started.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new GenerationReport(
                    new BaseId(number(message, "BASE_ID")),
                    new RestartEpoch(Math.toIntExact(number(message, "EPOCH"))),
                    number(message, "PID"),
                    state.get(),
                    started.get(),
                    number(message, "TCP"),
                    number(message, "HTTP"),
                    number(message, "MOVABLE"),
                    number(message, "CUT"),
                    Moves.from(message)));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** NumberFormatException, an IllegalArgumentException, when the line is missing or no number. */
    private static long number(NotifyMessage message, String name) {
        return Long.parseLong(message.get(PREFIX + name).orElse(""));
    }
}
