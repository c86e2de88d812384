package io.baton.bench;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * All that the demo has counted.
 *
 * @param firstSpawnToReadyMs of generation 0, which had nobody to take over from
 * @param restarts in their order
 * @param status what {@code baton status --json} said in the end
 */
record DemoResult(
        DemoPlan plan,
        HttpResult fresh,
        HttpResult kept,
        EchoResult streams,
        double firstSpawnToReadyMs,
        List<Restart> restarts,
        Map<?, ?> status) {
    /** The new process accepts a moment before it has said so and that has reached us. */
    private static final long BEFORE_READY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    DemoResult {
        requireNonNull(fresh, "fresh is null");
        requireNonNull(kept, "kept is null");
        requireNonNull(streams, "streams is null");
        restarts = List.copyOf(restarts);
    }

    HttpResult http() {
        return fresh.plus(kept);
    }

    /** Of all requests due in the second from when the new process began to accept. */
    Latency firstSecond(Restart restart) {
        return firstSecond(http().samples(), restart);
    }

    static Latency firstSecond(Samples samples, Restart restart) {
        return samples.between(restart.readyNanos() - BEFORE_READY_NANOS, restart.readyNanos() + SECOND_NANOS);
    }

    /** Of all requests due from when the restart was asked for to one second after the new process was ready. */
    static Latency allOfIt(Samples samples, Restart restart) {
        long from = Math.min(restart.askedNanos(), restart.readyNanos() - BEFORE_READY_NANOS);
        return samples.between(from, restart.readyNanos() + SECOND_NANOS);
    }

    /** What went wrong, one line each; empty when nothing did. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        complain(complaints, fresh.failures().total(), "requests over new connections lost");
        complain(complaints, kept.failures().total(), "requests over kept connections lost");
        complain(complaints, fresh.unasked() + kept.unasked(), "connections with bytes that nobody asked for");
        complain(complaints, streams.failures().total(), "streams lost");
        complain(complaints, plan.restarts() - restarts.size(), "hot restarts not done");
        complain(
                complaints,
                restarts.stream().filter(r -> r.oldGoneAfterMs().isEmpty()).count(),
                "old processes still there");
        Object epoch = status.get("epoch");
        if (!(epoch instanceof Long number) || number != restarts.size() || !"serving".equals(status.get("state"))) {
            complaints.add("baton status says epoch %s, state %s; expected epoch %d, serving"
                    .formatted(epoch, status.get("state"), restarts.size()));
        }
        return complaints;
    }

    private static void complain(List<String> complaints, long count, String what) {
        if (count != 0) {
            complaints.add("%,d %s".formatted(count, what));
        }
    }

    Map<String, ?> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("verdict", complaints().isEmpty() ? "ok" : "failed");
        json.put("complaints", complaints());
        json.put("new_connections", ResultJson.of(fresh));
        json.put("kept_connections", ResultJson.of(kept));
        json.put("echo_streams", ResultJson.of(streams));
        json.put("first_spawn_to_ready_ms", firstSpawnToReadyMs);
        json.put("restarts", restarts.stream().map(this::toJson).toList());
        return json;
    }

    private Map<String, Object> toJson(Restart restart) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("spawn_to_ready_ms", restart.spawnToReadyMs());
        json.put("command_ms", restart.askedToDoneMs());
        json.put("first_second", ResultJson.of(firstSecond(restart)));
        json.put("from_command_to_a_second_after", ResultJson.of(allOfIt(http().samples(), restart)));
        OptionalLong gone = restart.oldGoneAfterMs();
        if (gone.isPresent()) {
            json.put("old_process_gone_after_ms", gone.getAsLong());
        }
        return json;
    }
}
