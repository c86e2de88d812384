package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts a Baton, puts load on it, hot-restarts it under that load, and counts. */
final class Demo {
    private final DemoPlan plan;
    private final Distribution distribution;
    private final Progress progress;

    Demo(DemoPlan plan, Distribution distribution, Progress progress) {
        this.plan = plan;
        this.distribution = distribution;
        this.progress = progress;
    }

    /**
     * Takes the planned time and some seconds more.
     *
     * @param scene is closed by the caller, whatever happens
     */
    DemoResult run(Scene scene) throws BenchException {
        MachineFacts.busyWarning().ifPresent(progress::event);
        HttpOrigin httpOrigin = scene.add(HttpOrigin.start());
        EchoOrigin echoOrigin = scene.add(EchoOrigin.start());
        progress.event("warming the load generator up, straight to its origins");
        WarmUp.run(httpOrigin.address(), Duration.ofSeconds(2));
        Route web = new Route("web", Loopback.freePort(), httpOrigin.address());
        Route echo = new Route("echo", Loopback.freePort(), echoOrigin.address());
        describe(web, echo);
        Path config = scene.write(
                scene.directory().resolve("baton.yaml"), BatonConfigFile.text(List.of(web, echo), DemoPlan.DRAIN));
        BatonProcess baton = BatonProcess.start(distribution, scene.directory(), config, scene);
        double firstMs = baton.newest().spawnToReadyMs();
        progress.event("generation 0 (pid %d) serves, %,.0f ms after it was spawned"
                .formatted(baton.newest().pid(), firstMs));
        return underLoad(scene, baton, web, echo, firstMs);
    }

    private void describe(Route web, Route echo) {
        progress.event("clients --> %s (Baton) --> %s (HTTP origin)"
                .formatted(Loopback.text(web.listen()), Loopback.text(web.target())));
        progress.event("        --> %s (Baton) --> %s (echo origin)"
                .formatted(Loopback.text(echo.listen()), Loopback.text(echo.target())));
    }

    private DemoResult underLoad(Scene scene, BatonProcess baton, Route web, Route echo, double firstMs)
            throws BenchException {
        int half = plan.ratePerSecond() / 2;
        HttpLoad fresh = scene.add(HttpLoad.start(HttpPlan.newConnections(web.listen(), half)));
        HttpLoad kept = scene.add(
                HttpLoad.start(HttpPlan.kept(web.listen(), DemoPlan.KEPT_CONNECTIONS, plan.ratePerSecond() - half)));
        EchoLoad streams = scene.add(EchoLoad.start(
                EchoPlan.wholeRun(echo.listen(), plan.streams()).withLifetime(DemoPlan.STREAM_LIFETIME)));
        progress.event(
                "load: %,d requests/s, half of them over new connections, half over %d kept ones; %d echo streams"
                        .formatted(plan.ratePerSecond(), DemoPlan.KEPT_CONNECTIONS, plan.streams()));
        progress.follow(() -> status(baton, fresh.progress(), kept.progress(), streams.progress()));
        List<Restart> restarts = restartUnderLoad(baton, System.nanoTime());

        DemoResult counted = new DemoResult(
                plan,
                fresh.stop(),
                kept.stop(),
                streams.stop(),
                firstMs,
                restarts,
                Json.readObject(baton.statusJson()));
        restarts.forEach(Demo::awaitGone);
        progress.event("load ended, stopping Baton");
        baton.stop();
        return counted;
    }

    private List<Restart> restartUnderLoad(BatonProcess baton, long startNanos) throws BenchException {
        List<Restart> restarts = new ArrayList<>();
        long totalNanos = TimeUnit.SECONDS.toNanos(plan.seconds());
        for (int i = 1; i <= plan.restarts(); i++) {
            sleepUntil(startNanos + totalNanos * i / (plan.restarts() + 1));
            BatonProcess.Generation old = baton.newest();
            progress.event("hot restart %d of %d: baton upgrade".formatted(i, plan.restarts()));
            Restart restart = baton.upgrade(line -> progress.event("    " + line));
            BatonProcess.Generation fresh = baton.newest();
            progress.event(
                    "generation %d was ready %,.0f ms after it was spawned; generation %d finishes its connections"
                            .formatted(fresh.epoch(), fresh.spawnToReadyMs(), old.epoch()));
            var _ = restart.oldGone()
                    .thenAccept(
                            _ -> progress.event("generation %d (pid %d) is gone, %,d ms after its successor was ready"
                                    .formatted(
                                            old.epoch(),
                                            old.pid(),
                                            restart.oldGoneAfterMs().orElseThrow())));
            restarts.add(restart);
        }
        sleepUntil(startNanos + totalNanos);
        return restarts;
    }

    private static String status(BatonProcess baton, HttpProgress fresh, HttpProgress kept, EchoProgress streams) {
        return "generation %d | %,d requests answered, %,d lost | %d streams, %,.0f MB compared, %,d lost"
                .formatted(
                        baton.newest().epoch(),
                        fresh.answered() + kept.answered(),
                        fresh.failed() + kept.failed(),
                        streams.openStreams(),
                        streams.bytesChecked() / 1e6,
                        streams.failed());
    }

    /** Its drain time is over long before. */
    private static void awaitGone(Restart restart) {
        try {
            restart.oldGone().get(DemoPlan.DRAIN.plusSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // The result tells that it is still there.
        }
    }

    private static void sleepUntil(long nanos) throws BenchException {
        WarmUp.sleep(Duration.ofNanos(nanos - System.nanoTime()));
    }
}
