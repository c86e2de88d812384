package io.baton.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a hot restart went, for the journal.
 *
 * @param asked by the wall clock
 * @param requester who asked, in words
 * @param timeline what was said of it, in order
 * @param words how it ended
 */
record HandoverStory(Instant asked, String requester, List<Step> timeline, String words) {

    /** @param ms since it was asked for */
    record Step(long ms, String words) {
        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("ms", ms);
            json.put("what", words);
            return json;
        }
    }

    HandoverStory {
        timeline = List.copyOf(timeline);
    }

    /** Collects the steps, of which there may be many. One thread. */
    static final class Steps {
        /** More than any hot restart has, but for the counting of connections, of which the last number stays. */
        static final int MAX = 64;

        private final List<Step> steps = new ArrayList<>();

        /** @param replaces whether it only says more exactly what the one before said */
        void add(long ms, String words, boolean replaces) {
            if (!steps.isEmpty() && (replaces || steps.size() == MAX)) {
                steps.removeLast();
            }
            steps.add(new Step(ms, words));
        }

        List<Step> soFar() {
            return List.copyOf(steps);
        }
    }
}
