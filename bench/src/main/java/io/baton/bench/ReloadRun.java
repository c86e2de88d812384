package io.baton.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one proxy's clients saw during its reloads.
 *
 * @param kept the clients with a kept connection each; these never close one themselves
 * @param fresh the clients that connect anew for each request
 * @param failedEach requests lost from each reload's command to the next one's
 */
record ReloadRun(ReloadPlan plan, HttpResult kept, HttpResult fresh, List<Restart> restarts, List<Long> failedEach) {
    ReloadRun {
        restarts = List.copyOf(restarts);
        failedEach = List.copyOf(failedEach);
    }

    HttpResult http() {
        return kept.plus(fresh);
    }

    /** Kept connections that had to be opened again. */
    long reconnects() {
        return Math.max(0, kept.connectionsOpened() - plan.connections());
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kept_connections", ResultJson.of(kept));
        json.put("new_connections", ResultJson.of(fresh));
        json.put("reconnects", reconnects());
        json.put("failed_per_reload", failedEach);
        json.put(
                "asked_to_done_ms",
                restarts.stream().map(Restart::askedToDoneMs).toList());
        json.put(
                "old_process_gone_after_ms",
                restarts.stream()
                        .flatMapToLong(restart -> restart.oldGoneAfterMs().stream())
                        .boxed()
                        .toList());
        return json;
    }
}
