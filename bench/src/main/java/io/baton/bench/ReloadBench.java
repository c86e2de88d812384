package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTTP clients in a closed loop while a proxy is restarted or reloaded many times, one proxy after the other. */
final class ReloadBench {
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** The old process's last kept connections end by then or, with some, never: the next reload does not wait for them. */
    private static final Duration GONE_DEADLINE = Duration.ofSeconds(5);

    private static final Duration FOREVER = Duration.ofDays(1);

    private final ReloadPlan plan;
    private final Progress progress;

    ReloadBench(ReloadPlan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    Report run(BenchOptions options) throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        List<Peer> peers = options.peers(
                List.of(
                        BatonPeer.find(),
                        new Nginx(Protocol.HTTP),
                        new Haproxy(Haproxy.Variant.PLAIN),
                        new Haproxy(Haproxy.Variant.IDLE_CLOSE)),
                progress,
                remarks);
        Map<String, String> facts = MachineFacts.collect(peers);
        Map<String, ReloadRun> runs = new LinkedHashMap<>();
        for (Peer peer : peers) {
            runs.put(peer.name(), measure(peer, remarks));
        }
        remarks.addFirst(
                ("%d clients with a kept connection each and %d that connect anew for each request, all in a closed loop"
                                + " without think time; %d restarts or reloads of each proxy, each after the old process has gone (or %d s)."
                                + " Failed: a request was sent and no whole, right answer came; nothing is retried."
                                + " A connection closed while nothing was under way on it is not a failure."
                                + " baton: baton upgrade; nginx: nginx -s reload (HUP); HAProxy: -W, SIGUSR2 to the master, listeners"
                                + " fetched from the old worker; haproxy-idle-close: with option idle-close-on-response.")
                        .formatted(
                                plan.connections(), plan.newConnections(), plan.reloads(), GONE_DEADLINE.toSeconds()));
        return new ReloadReport(facts, remarks, runs).toReport();
    }

    private ReloadRun measure(Peer peer, List<String> remarks) throws BenchException {
        try (Scene scene = new Scene("bench")) {
            HttpOrigin origin = scene.add(HttpOrigin.start());
            Route route = new Route("web", Protocol.HTTP, Loopback.freePort(), origin.address());
            RunningPeer running = peer.start(List.of(route), scene);
            WarmUp.run(route.listen(), WARM_UP);
            // A client that retires its connection itself would hide what the proxy does with it.
            HttpLoad kept = scene.add(HttpLoad.start(
                    HttpPlan.kept(route.listen(), plan.connections(), 0).withRetirement(Integer.MAX_VALUE, FOREVER)));
            HttpLoad fresh = scene.add(
                    HttpLoad.start(HttpPlan.newConnections(route.listen(), 0).withConnections(plan.newConnections())));
            WarmUp.sleep(PAUSE);
            List<Restart> restarts = new ArrayList<>();
            List<Long> failedEach = new ArrayList<>();
            for (int i = 1; i <= plan.reloads(); i++) {
                long before = failed(kept, fresh);
                Restart restart = restart(peer, running, i, remarks);
                if (restart == null) {
                    break;
                }
                boolean gone = restart.awaitGone(GONE_DEADLINE);
                WarmUp.sleep(PAUSE);
                long failed = failed(kept, fresh) - before;
                progress.event("%s: reload %d of %d, %,d requests lost%s"
                        .formatted(
                                peer.name(),
                                i,
                                plan.reloads(),
                                failed,
                                gone ? "" : ", the old process is still there"));
                restarts.add(restart);
                failedEach.add(failed);
            }
            ReloadRun run = new ReloadRun(plan, kept.stop(), fresh.stop(), restarts, failedEach);
            restarts.forEach(restart -> restart.oldGone().cancel(false));
            return run;
        }
    }

    /** Null when it failed, which is worth telling but no reason to throw away what was counted. */
    private @Nullable Restart restart(Peer peer, RunningPeer running, int number, List<String> remarks) {
        try {
            return running.restart();
        } catch (BenchException e) {
            String remark = "STOPPED: %s: reload %d failed: %s".formatted(peer.name(), number, e.getMessage());
            progress.event(remark);
            remarks.add(remark.replace('\n', ' '));
            return null;
        }
    }

    private static long failed(HttpLoad kept, HttpLoad fresh) {
        return kept.progress().failed() + fresh.progress().failed();
    }
}
