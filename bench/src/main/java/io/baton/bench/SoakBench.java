package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** One lineage under mixed load, handed over again and again: nothing may be lost, and nothing may grow. */
final class SoakBench {
    /** More samples would only make the plots larger. */
    private static final int MAX_SAMPLES = 900;

    /** Asking for the heap starts two JVMs. */
    private static final int SAMPLES_PER_HEAP = 10;

    private static final Duration DRAIN = Duration.ofSeconds(15);
    private static final Duration OPEN = Duration.ofMinutes(2);
    private static final Duration PING_EVERY = Duration.ofMillis(200);
    private static final Duration CHUNK_EVERY = Duration.ofMillis(100);
    private static final Duration LAST_PINGS = Duration.ofSeconds(30);
    private static final int CHUNK_BYTES = 1024;
    private static final int KEPT_CONNECTIONS = 20;
    private static final int KEPT_REQUESTS = 5_000;
    private static final Duration KEPT_LIFETIME = Duration.ofSeconds(60);

    private final Duration time;
    private final Duration every;
    private final int rate;
    private final int streams;
    private final Progress progress;

    SoakBench(Duration time, Duration every, int rate, int streams, Progress progress) {
        this.time = time;
        this.every = every;
        this.rate = rate;
        this.streams = streams;
        this.progress = progress;
    }

    /** The load, on all three kinds of listeners. */
    private record Load(HttpLoad fresh, HttpLoad kept, EchoLoad echo, PingLoad tls) {}

    Report run() throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        try (Scene scene = new Scene("soak")) {
            HttpOrigin httpOrigin = scene.add(HttpOrigin.start());
            EchoOrigin echoOrigin = scene.add(EchoOrigin.start());
            BenchCertificate certificate = BenchCertificate.make(scene);
            Route web = new Route("web", Loopback.freePort(), httpOrigin.address()).withHttp();
            Route echo = new Route("echo", Loopback.freePort(), echoOrigin.address());
            Route tls = new Route("tls", Loopback.freePort(), echoOrigin.address()).withTls(certificate);
            Path config = scene.write(
                    scene.directory().resolve("baton.yaml"),
                    BatonConfigFile.text(List.of(web, echo, tls), DRAIN, ", rehearsal: 500ms"));
            BatonProcess baton = BatonProcess.start(Distribution.find(), scene.directory(), config, scene);
            return underLoad(baton, start(scene, web, echo, tls), remarks);
        }
    }

    private Load start(Scene scene, Route web, Route echo, Route tls) throws BenchException {
        SSLContext trust = TrustAll.context();
        PingLoad secured = scene.add(PingLoad.startSecured(tls.listen(), 0, streams, PING_EVERY, trust));
        secured.awaitOpen(OPEN);
        HttpPlan kept = HttpPlan.kept(web.listen(), KEPT_CONNECTIONS, rate - rate / 2)
                .withRetirement(KEPT_REQUESTS, KEPT_LIFETIME);
        return new Load(
                scene.add(HttpLoad.start(HttpPlan.newConnections(web.listen(), rate / 2))),
                scene.add(HttpLoad.start(kept)),
                scene.add(
                        EchoLoad.start(EchoPlan.wholeRun(echo.listen(), streams).withChunks(CHUNK_BYTES, CHUNK_EVERY))),
                secured);
    }

    private Report underLoad(BatonProcess baton, Load load, List<String> remarks) throws BenchException {
        List<SoakSample> samples = new ArrayList<>();
        List<Restart> restarts = new ArrayList<>();
        progress.follow(() -> "generation %d | %,d requests answered, %,d lost | %d streams, %,d lost"
                .formatted(
                        baton.newest().epoch(),
                        load.fresh().progress().answered()
                                + load.kept().progress().answered(),
                        load.fresh().progress().failed()
                                + load.kept().progress().failed(),
                        load.echo().progress().openStreams(),
                        load.echo().progress().failed()));
        Duration period = period();
        long start = System.nanoTime();
        Thread sampler = Thread.ofPlatform().daemon().name("soak-sampler").start(() -> sample(baton, period, samples));
        try {
            for (int i = 1; every.multipliedBy(i).compareTo(time) < 0; i++) {
                WarmUp.sleep(Duration.ofNanos(start + every.multipliedBy(i).toNanos() - System.nanoTime()));
                restarts.add(baton.upgrade(_ -> {}));
            }
            WarmUp.sleep(Duration.ofNanos(start + time.toNanos() - System.nanoTime()));
        } finally {
            end(sampler);
        }
        HttpResult http = load.fresh().stop().plus(load.kept().stop());
        SoakReport.Seen seen =
                new SoakReport.Seen(http, load.echo().stop(), load.tls().stop(LAST_PINGS), restarts);
        progress.event("load ended, stopping Baton");
        baton.stop();
        remarks.addFirst(
                ("%d min, a 'baton upgrade' every %d s; %d HTTP requests/s, half over new connections and half over %d kept ones, %d TCP"
                                + " streams of %d bytes every %d ms that last from the first handover to the last, %d TLS connections that"
                                + " ping every %d ms. A sample every %d s, from /proc, and every tenth of the heaps, by jcmd. Load and origins share the CPUs.")
                        .formatted(
                                time.toMinutes(),
                                every.toSeconds(),
                                rate,
                                KEPT_CONNECTIONS,
                                streams,
                                CHUNK_BYTES,
                                CHUNK_EVERY.toMillis(),
                                streams,
                                PING_EVERY.toMillis(),
                                period.toSeconds()));
        return new SoakReport(
                        MachineFacts.collect(List.of(BatonPeer.find())), remarks, period, List.copyOf(samples), seen)
                .toReport();
    }

    private Duration period() {
        return Duration.ofSeconds(Math.max(1, (time.toSeconds() + MAX_SAMPLES - 1) / MAX_SAMPLES));
    }

    private static void sample(BatonProcess baton, Duration period, List<SoakSample> samples) {
        try {
            long next = System.nanoTime();
            SoakSample.Heap heap = SoakSample.Heap.UNKNOWN;
            while (true) {
                if (samples.size() % SAMPLES_PER_HEAP == 0) {
                    heap = heap.asked(baton);
                }
                samples.add(SoakSample.of(baton, heap));
                next += period.toNanos();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
            }
        } catch (InterruptedException _) {
            // Told to end.
        }
    }

    private static void end(Thread sampler) throws BenchException {
        sampler.interrupt();
        try {
            sampler.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
