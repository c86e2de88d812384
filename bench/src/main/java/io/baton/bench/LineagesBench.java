package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * More connections than one process has fds for: several lineages, each with its load and origin in a {@link Worker}, told to hand over at
 * the same time. A connection costs the proxy two fds and the worker two.
 */
final class LineagesBench {
    private static final Duration OPEN = Duration.ofMinutes(3);
    private static final Duration HAND_OVER = Duration.ofMinutes(3);
    private static final Duration LAST = Duration.ofMinutes(2);
    private static final Duration SETTLE = Duration.ofSeconds(3);

    /** A worker has little garbage, and there are many of them. */
    private static final String WORKER_OPTIONS = "-Xms96m -Xmn64m";

    private final int lineages;
    private final int connections;
    private final int busy;
    private final int everyMs;
    private final Progress progress;

    LineagesBench(int lineages, int connections, int busy, int everyMs, Progress progress) {
        this.lineages = lineages;
        this.connections = connections;
        this.busy = busy;
        this.everyMs = everyMs;
        this.progress = progress;
    }

    Report run() throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        Map<String, String> facts = MachineFacts.collect(List.of(BatonPeer.find()));
        List<LineagesReport.Lineage> seen = new ArrayList<>();
        try (Scene scene = new Scene("lineages")) {
            List<Worker> workers = start(scene);
            for (Worker worker : workers) {
                worker.answer(OPEN);
            }
            progress.event("%,d connections are open in %d lineages".formatted(connections, lineages));
            WarmUp.sleep(SETTLE);
            tell(workers, "go");
            for (Worker worker : workers) {
                worker.answer(HAND_OVER);
            }
            progress.event("handed over");
            tell(workers, "tell");
            for (Worker worker : workers) {
                seen.add(LineagesReport.Lineage.of(worker.answer(LAST)));
            }
        }
        remarks.addFirst(
                ("%,d connections over %d lineages, %d of them busy (64 bytes every %d ms and their echo); all were told to upgrade at the"
                                + " same moment, and each child moves its connections when it has started and rehearsed: the last column says"
                                + " when. Busy pause: the longest round trip of each busy connection while those of its lineage moved."
                                + " Loads, origins and all processes share the CPUs.")
                        .formatted(connections, lineages, busy, everyMs));
        return new LineagesReport(facts, remarks, seen).toReport();
    }

    private List<Worker> start(Scene scene) throws BenchException {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < lineages; i++) {
            int all = share(connections, i);
            int itsBusy = Math.max(1, share(busy, i));
            workers.add(Worker.start(
                    "lineage " + i,
                    List.of("lineage", "--idle=" + (all - itsBusy), "--busy=" + itsBusy, "--every=" + everyMs),
                    Map.of("BATON_JAVA_OPTS", WORKER_OPTIONS),
                    scene));
        }
        return workers;
    }

    private int share(int of, int lineage) {
        return of / lineages + (lineage < of % lineages ? 1 : 0);
    }

    private static void tell(List<Worker> workers, String word) throws BenchException {
        for (Worker worker : workers) {
            worker.say(word);
        }
    }
}
