package io.baton.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One lineage with its origin and its share of the connections, in a process of its own. Told by {@link LineagesBench}: the first word hands
 * over, the second asks for what the clients saw.
 */
@Command(name = "lineage", hidden = true, description = "A part of 'bench handover --lineages'.")
final class LineageCommand implements Callable<Integer> {
    private static final Duration LAST_PINGS = Duration.ofSeconds(60);

    @Option(names = "--idle", required = true, description = "Idle connections.")
    private int idle;

    @Option(names = "--busy", required = true, description = "Busy connections.")
    private int busy;

    @Option(names = "--every", required = true, description = "Milliseconds between pings.")
    private int everyMs;

    private final Orders orders = new Orders();

    @Override
    public Integer call() throws BenchException {
        try (Scene scene = new Scene("lineage")) {
            HandoverBench.Opened opened = HandoverBench.open(scene, idle, busy, Duration.ofMillis(everyMs), false);
            orders.answer(Map.of("open", idle + busy));
            if (orders.next().isEmpty()) {
                return 1;
            }
            HandoverBench.Watched watched = HandoverBench.handOver(opened.baton());
            orders.answer(Map.of("handed_over", true));
            if (orders.next().isEmpty()) {
                return 1;
            }
            orders.answer(seen(watched, opened.load().stop(LAST_PINGS)));
            var _ = orders.next(); // nothing is closed before all have answered: it would take their CPU
        }
        return 0;
    }

    private Map<String, Object> seen(HandoverBench.Watched watched, PingLoad.Result result) throws BenchException {
        Optional<MovingLog.Moving> moving = watched.moving();
        if (moving.isEmpty()) {
            throw new BenchException("Baton's log does not say when connections moved");
        }
        Restart restart = watched.restart();
        long begin = moving.get().beginNanos();
        long end = moving.get().endNanos();
        long asked = restart.askedNanos();
        List<Long> pauses = result.samples().worstMicros(begin, end + HandoverBench.MARGIN_NANOS);
        List<Long> before = result.samples().worstMicros(asked - TimeUnit.SECONDS.toNanos(1), asked);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connections", idle + busy);
        json.put("begin_ns", begin);
        json.put("end_ns", end);
        json.put("pauses_us", pauses);
        json.put("before_us", before);
        json.put("parent_cpu_s", watched.parentCpuSeconds());
        json.put("child_cpu_s", watched.childCpuSeconds());
        json.put("spawn_to_ready_ms", restart.spawnToReadyMs());
        json.put("answered", result.answered());
        json.put("failed", result.failures().total());
        json.put("failures", result.failures().toString());
        return json;
    }
}
