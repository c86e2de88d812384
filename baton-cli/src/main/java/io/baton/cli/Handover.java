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
 * @param moves what the child has taken over
 * @param totalMs until the child served and the parent drained, or until it had failed
 * @param parentGoneMs until the parent's process had ended; empty while it lives
 */
record Handover(
        Member parent,
        RestartEpoch to,
        Result result,
        Moves moves,
        long drained,
        long cut,
        long totalMs,
        OptionalLong parentGoneMs,
        long askedNanos,
        HandoverStory story) {

    enum Result {
        COMMITTED("committed"),
        FAILED("failed"),
        ROLLED_BACK("rolled_back");

        private final String word;

        Result(String word) {
            this.word = word;
        }
    }

    static Handover ended(UpgradeJob job, Result result, String words) {
        return new Handover(
                job.parent(),
                job.parent().epoch().next(),
                result,
                Moves.NONE,
                0,
                0,
                millisSince(job.askedNanos()),
                OptionalLong.empty(),
                job.askedNanos(),
                job.story(words));
    }

    Handover moved(Moves latest) {
        return new Handover(parent, to, result, latest, drained, cut, totalMs, parentGoneMs, askedNanos, story);
    }

    Handover parentGone(long its, long cutThere, long atMs) {
        return new Handover(
                parent, to, result, moves, its, cutThere, totalMs, OptionalLong.of(atMs), askedNanos, story);
    }

    static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("from", parent.epoch().value());
        json.put("to", to.value());
        json.put("result", result.word);
        json.put("moved", moves.adopted());
        json.put("drained", drained);
        json.put("cut", cut);
        json.put("pause_ms", moves.adopted() == 0 ? null : moves.pauseJson());
        json.put("total_ms", totalMs);
        json.put("parent_gone_ms", parentGoneMs.isPresent() ? parentGoneMs.getAsLong() : null);
        return json;
    }

    /** The same, and its story. */
    Map<String, @Nullable Object> toJournal() {
        Map<String, @Nullable Object> json = toJson();
        json.put("asked_by", story.requester());
        json.put("parent_pid", parent.pid());
        json.put("words", story.words());
        json.put(
                "timeline",
                story.timeline().stream().map(HandoverStory.Step::toJson).toList());
        return json;
    }
}
