package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Hot restarts under a fixed rate of requests, one proxy at a time, round after round. */
final class RestartBench {
    private static final int KEPT_CONNECTIONS = 50;
    /** The load generator is Java too: cold, it takes the CPU that the first proxy in the row then lacks. */
    private static final Duration OWN_WARM_UP = Duration.ofSeconds(8);

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration BEFORE = Duration.ofSeconds(2);
    /** Between two restarts: kept connections last 2 s at most, so that the old process can have gone. */
    private static final Duration AFTER = Duration.ofSeconds(4);

    private static final Duration GONE_DEADLINE = Duration.ofSeconds(20);

    private final int rounds;
    private final int restarts;
    private final int rate;
    private final Progress progress;

    RestartBench(int rounds, int restarts, int rate, Progress progress) {
        this.rounds = rounds;
        this.restarts = restarts;
        this.rate = rate;
        this.progress = progress;
    }

    Report run(BenchOptions options) throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        List<Peer> peers = options.peers(
                List.of(BatonPeer.find(), new Nginx(), new Haproxy(Haproxy.Variant.PLAIN)), progress, remarks);
        Map<String, String> facts = MachineFacts.collect(peers);
        Map<String, List<RestartRun>> runs = new LinkedHashMap<>();
        warmUpOurselves();
        for (int round = 1; round <= rounds; round++) {
            for (Peer peer : peers) {
                RestartRun run = measure(peer);
                runs.computeIfAbsent(peer.name(), _ -> new ArrayList<>()).add(run);
                progress.event("round %d/%d %s: worst in the first second %.1f ms, %,d failed"
                        .formatted(
                                round,
                                rounds,
                                peer.name(),
                                Spread.of(run.firstSecondWorstMs()).max(),
                                run.http().failures().total()));
            }
        }
        remarks.addFirst(
                ("%,d requests/s in an open loop, half of them over new connections, half over %d kept ones that retire"
                                + " after about 100 requests or 2 s; %d rounds of %d restarts each. Latency counts from when a request was due."
                                + " Before, each proxy is warmed up for 5 s by 16 clients in a closed loop, and once the load generator by itself."
                                + " nginx: nginx -s reload; HAProxy: SIGUSR2 to its master, listeners fetched from the old worker;"
                                + " ready of those two is when their new worker is first seen.")
                        .formatted(rate, KEPT_CONNECTIONS, rounds, restarts));
        return new RestartReport(facts, remarks, runs).toReport();
    }

    /** The very load, straight at an origin. */
    private void warmUpOurselves() throws BenchException {
        try (Scene scene = new Scene("warm-up")) {
            HttpOrigin origin = scene.add(HttpOrigin.start());
            HttpLoad fresh = scene.add(HttpLoad.start(HttpPlan.newConnections(origin.address(), rate / 2)));
            HttpLoad kept =
                    scene.add(HttpLoad.start(HttpPlan.kept(origin.address(), KEPT_CONNECTIONS, rate - rate / 2)));
            WarmUp.sleep(OWN_WARM_UP);
            fresh.stop();
            kept.stop();
        }
    }

    private RestartRun measure(Peer peer) throws BenchException {
        try (Scene scene = new Scene("bench")) {
            HttpOrigin origin = scene.add(HttpOrigin.start());
            WarmUp.run(origin.address(), Duration.ofSeconds(1));
            Route route = new Route("web", Loopback.freePort(), origin.address());
            RunningPeer running = peer.start(List.of(route), scene);
            // What is measured is the restart, not the first start of a cold proxy.
            WarmUp.run(route.listen(), WARM_UP);
            int half = rate / 2;
            HttpLoad fresh = scene.add(HttpLoad.start(HttpPlan.newConnections(route.listen(), half)));
            HttpLoad kept = scene.add(HttpLoad.start(HttpPlan.kept(route.listen(), KEPT_CONNECTIONS, rate - half)));
            WarmUp.sleep(BEFORE);
            List<Restart> done = new ArrayList<>();
            for (int i = 0; i < restarts; i++) {
                progress.event("%s: restart %d of %d".formatted(peer.name(), i + 1, restarts));
                done.add(running.restart());
                WarmUp.sleep(AFTER);
            }
            RestartRun run = new RestartRun(fresh.stop(), kept.stop(), done);
            done.forEach(RestartBench::awaitGone);
            return run;
        }
    }

    private static void awaitGone(Restart restart) {
        try {
            restart.oldGone().get(GONE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // The report says so.
            restart.oldGone().cancel(false);
        }
    }
}
