package io.baton.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Hands idle and busy connections from one real process to the next, again and again, beside a C program that only passes fds. */
final class HandoverBench {
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration LAST_PINGS = Duration.ofSeconds(20);
    private static final Duration GONE = Duration.ofSeconds(20);
    private static final Duration AFTER = Duration.ofSeconds(1);

    /** The log's times are whole milliseconds, and the last connections of a batch go on a little after. */
    static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<Integer> sizes;
    private final int busy;
    private final Duration pingEvery;
    private final int rounds;
    private final boolean tls;
    private final Progress progress;

    HandoverBench(List<Integer> sizes, int busy, Duration pingEvery, int rounds, boolean tls, Progress progress) {
        this.sizes = List.copyOf(sizes);
        this.busy = busy;
        this.pingEvery = pingEvery;
        this.rounds = rounds;
        this.tls = tls;
        this.progress = progress;
    }

    Report run() throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        BatonPeer baton = BatonPeer.find();
        Map<String, String> facts = MachineFacts.collect(List.of(baton));
        Map<Integer, List<FdPassing.Result>> bar = new LinkedHashMap<>();
        Map<Integer, List<HandoverRun>> runs = new LinkedHashMap<>();
        Failures failures = Failures.NONE;
        for (int idle : sizes) {
            bar.put(idle + busy, passFds(idle + busy, remarks));
            failures = failures.plus(measure(idle, runs));
        }
        remarks.addFirst(
                ("%d rounds each, one lineage per size: %d busy connections send 64 bytes every %d ms and wait for the echo, the others"
                                + " stand idle; a handover is a 'baton upgrade' to a fresh process, which rehearses first. Busy pause: the longest"
                                + " round trip of each busy connection while connections move; before: over as long a time before the command."
                                + " passfds.c: a C program that passes the same number of sockets between two processes, epoll to epoll, and"
                                + " serves none. Load, origin and both processes share the CPUs.%s")
                        .formatted(
                                rounds,
                                busy,
                                pingEvery.toMillis(),
                                tls ? " Clients speak TLS 1.3 (AES-256-GCM); the proxy ends it." : ""));
        return new HandoverReport(facts, remarks, bar, runs, failures).toReport();
    }

    private List<FdPassing.Result> passFds(int connections, List<String> remarks) throws BenchException {
        try (Scene scene = new Scene("passfds")) {
            Optional<FdPassing> program = FdPassing.compile(scene);
            if (program.isEmpty()) {
                remarks.remove("LEFT OUT: passfds.c: there is no C compiler");
                remarks.add("LEFT OUT: passfds.c: there is no C compiler");
                return List.of();
            }
            List<FdPassing.Result> results = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                results.add(program.get().run(connections));
            }
            return results;
        }
    }

    private Failures measure(int idle, Map<Integer, List<HandoverRun>> runs) throws BenchException {
        try (Scene scene = new Scene("bench")) {
            Opened opened = open(scene, idle, busy, pingEvery, tls);
            BatonProcess baton = opened.baton();
            PingLoad load = opened.load();
            progress.event("%,d connections are open".formatted(idle + busy));
            List<Watched> watched = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                WarmUp.sleep(SETTLE);
                watched.add(handOver(baton));
                WarmUp.sleep(AFTER);
                progress.event("%,d connections, handover %d of %d".formatted(idle + busy, round, rounds));
            }
            PingLoad.Result result = load.stop(LAST_PINGS);
            int connections = idle + busy;
            runs.put(
                    connections,
                    watched.stream()
                            .map(one -> one.toRun(connections, result.samples()))
                            .toList());
            return result.failures().total() == 0 && result.answered() < connections
                    ? new Failures(Map.of(
                            FailureCause.TIMEOUT,
                            new Failures.Tally(connections - result.answered(), "no answer to the last ping")))
                    : result.failures();
        }
    }

    /** A lineage that serves, and the connections through it. */
    record Opened(BatonProcess baton, PingLoad load) {}

    static Opened open(Scene scene, int idle, int busy, Duration pingEvery, boolean tls) throws BenchException {
        EchoOrigin origin = scene.add(EchoOrigin.start());
        Optional<BenchCertificate> certificate = tls ? Optional.of(BenchCertificate.make(scene)) : Optional.empty();
        Route route = new Route("echo", Protocol.TCP, certificate, Loopback.freePort(), origin.address());
        Path directory = scene.subdirectory("baton");
        Path config = scene.write(
                directory.resolve("baton.yaml"), BatonConfigFile.text(List.of(route), Duration.ofSeconds(15)));
        BatonProcess baton = BatonProcess.start(Distribution.find(), directory, config, scene);
        PingLoad load = scene.add(
                tls
                        ? PingLoad.startSecured(route.listen(), idle, busy, pingEvery, TrustAll.context())
                        : PingLoad.start(route.listen(), idle, busy, pingEvery));
        load.awaitOpen(tls ? OPEN.multipliedBy(4) : OPEN); // a handshake is a lot of work
        return new Opened(baton, load);
    }

    /** What was seen of a handover; the round trips come when the load has ended. */
    record Watched(
            Restart restart, Optional<MovingLog.Moving> moving, double parentCpuSeconds, double childCpuSeconds) {
        HandoverRun toRun(int connections, PingSamples samples) {
            long asked = restart.askedNanos();
            long end = restart.doneNanos() + AFTER.toNanos();
            return new HandoverRun(
                    connections,
                    moving.map(MovingLog.Moving::ms),
                    moving.map(of -> samples.worstPerConnection(of.beginNanos(), of.endNanos() + MARGIN_NANOS)),
                    samples.worstPerConnection(asked, end),
                    samples.worstPerConnection(asked - SETTLE.toNanos() / 2, asked),
                    parentCpuSeconds,
                    childCpuSeconds,
                    restart.spawnToReadyMs(),
                    restart.oldGoneAfterMs());
        }
    }

    static Watched handOver(BatonProcess baton) throws BenchException {
        long parent = baton.newest().pid();
        double before = ProcFs.cpuSeconds(parent);
        try (CpuWatch watch = CpuWatch.of(parent)) {
            Restart restart = baton.upgrade(_ -> {});
            double child = ProcFs.cpuSeconds(baton.newest().pid());
            awaitGone(restart);
            return new Watched(restart, baton.moving().last(), watch.lastSeconds() - before, child);
        }
    }

    private static void awaitGone(Restart restart) {
        try {
            var _ = restart.oldGone().get(GONE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            restart.oldGone().cancel(false); // the report says so
        }
    }
}
