package io.baton.cli;

import io.baton.BaseId;
import io.baton.cli.SupervisorState.BackingOff;
import io.baton.cli.SupervisorState.MakingRoom;
import io.baton.cli.SupervisorState.Member;
import io.baton.cli.SupervisorState.Serving;
import io.baton.cli.SupervisorState.Starting;
import io.baton.cli.SupervisorState.Stopped;
import io.baton.cli.SupervisorState.Stopping;
import io.baton.cli.SupervisorState.Upgrading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The status as scripts read it: design/interfaces.md has the shape. */
final class StatusView {
    private StatusView() {}

    static Map<String, @Nullable Object> render(
            SupervisorState state,
            Optional<BaseId> baseId,
            List<Generation> generations,
            Optional<UpgradeJob> job,
            Optional<Handover> last) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("base_id", baseId.map(BaseId::value).orElse(null));
        json.put("epoch", member(state).map(member -> member.epoch().value()).orElse(null));
        boolean migrating =
                generations.stream().anyMatch(generation -> generation.state() == GenerationState.MIGRATING);
        json.put("state", (migrating ? GenerationState.MIGRATING : lineageState(state)).word());
        json.put("handover", job.map(StatusView::render).orElse(null));
        json.put("generations", generations.stream().map(StatusView::render).toList());
        json.put("last_handover", last.map(Handover::toJson).orElse(null));
        return json;
    }

    /** What clients connect to, or soon will. */
    private static Optional<Member> member(SupervisorState state) {
        return switch (state) {
            case Starting(var child) -> Optional.of(child);
            case Serving(var member) -> Optional.of(member);
            case MakingRoom(var serving) -> Optional.of(serving);
            case Upgrading hot -> Optional.of(hot.parent());
            case BackingOff _, Stopping _, Stopped _ -> Optional.empty();
        };
    }

    private static GenerationState lineageState(SupervisorState state) {
        return switch (state) {
            case Starting _, Upgrading _, BackingOff _ -> GenerationState.AWAITING_READY;
            case Serving _, MakingRoom _ -> GenerationState.SERVING;
            case Stopping _ -> GenerationState.DRAINING;
            case Stopped _ -> GenerationState.TERMINATED;
        };
    }

    private static Map<String, Object> render(UpgradeJob job) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", job.parent().epoch().value());
        json.put("to", job.parent().epoch().next().value());
        json.put("phase", job.phase());
        json.put("since_ms", Handover.millisSince(job.askedNanos()));
        return json;
    }

    private static Map<String, Object> render(Generation generation) {
        Map<String, Object> connections = new LinkedHashMap<>();
        connections.put("tcp", generation.report().map(GenerationReport::tcp).orElse(0L));
        connections.put("http", generation.report().map(GenerationReport::http).orElse(0L));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("epoch", generation.epoch().value());
        json.put("pid", generation.member().pid());
        json.put("state", generation.state().word());
        json.put("started", generation.started());
        json.put("connections", connections);
        json.put("movable", generation.report().map(GenerationReport::movable).orElse(0L));
        return json;
    }
}
