package io.baton.cli;

import io.baton.RestartEpoch;
import io.baton.cli.SupervisorState.Member;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One hot restart, as the status tells of it. Times are in milliseconds since it was asked for.
 *
 * @param totalMs until the child served and the parent drained, or until it had failed
 * @param parentGoneMs until the parent's process had ended; empty while it lives
 */
record Handover(
        Member parent,
        RestartEpoch to,
        Result result,
        long drained,
        long cut,
        long totalMs,
        OptionalLong parentGoneMs,
        long askedNanos) {

    enum Result {
        COMMITTED("committed"),
        FAILED("failed");

        private final String word;

        Result(String word) {
            this.word = word;
        }
    }

    static Handover ended(Member parent, Result result, long askedNanos) {
        return new Handover(
                parent, parent.epoch().next(), result, 0, 0, millisSince(askedNanos), OptionalLong.empty(), askedNanos);
    }

    Handover parentGone(long drained, long cut, long atMs) {
        return new Handover(parent, to, result, drained, cut, totalMs, OptionalLong.of(atMs), askedNanos);
    }

    static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("from", parent.epoch().value());
        json.put("to", to.value());
        json.put("result", result.word);
        // Nothing moves yet: connections stay with the parent until they end by themselves or are cut.
        json.put("moved", 0L);
        json.put("drained", drained);
        json.put("cut", cut);
        json.put("pause_ms", null);
        json.put("total_ms", totalMs);
        json.put("parent_gone_ms", parentGoneMs.isPresent() ? parentGoneMs.getAsLong() : null);
        return json;
    }
}
