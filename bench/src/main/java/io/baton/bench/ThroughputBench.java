package io.baton.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small responses by wrk and bulk bytes, through each proxy in turn, round after round. */
final class ThroughputBench {
    private static final long BULK_BYTES = 1L << 30;

    private static final String AS_HTTP =
            " All keep their upstream connections, add X-Forwarded-For and write no access log.";

    private static final String AS_TLS =
            " Clients speak TLS, which the proxies end: each as it does by itself, with the same ECDSA P-256 certificate; bulk is"
                    + " received by Java's own TLS.";

    private final Protocol protocol;
    private final boolean tls;
    private final int rounds;
    private final int seconds;
    private final int warmUpSeconds;
    private final Progress progress;

    /** A proxy with what is measured of it. */
    private record Contender(Peer peer, RunningPeer running, Route small, Route bulk, ThroughputSamples samples) {}

    ThroughputBench(Protocol protocol, boolean tls, int rounds, int seconds, int warmUpSeconds, Progress progress) {
        this.protocol = protocol;
        this.tls = tls;
        this.rounds = rounds;
        this.seconds = seconds;
        this.warmUpSeconds = warmUpSeconds;
        this.progress = progress;
    }

    Report run(BenchOptions options, Scene scene) throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> {
            progress.event(warning);
            remarks.add("WARNING: " + warning);
        });
        List<Peer> all = new ArrayList<>(List.of(
                new Direct(),
                BatonPeer.find(),
                new Haproxy(Haproxy.Variant.PLAIN),
                new Haproxy(Haproxy.Variant.SPLICE),
                new Nginx(protocol)));
        if (tls) {
            // Origins speak none, and nobody can splice what is sealed in between.
            all.removeIf(peer -> peer instanceof Direct || peer.name().equals("haproxy-splice"));
        }
        List<Peer> peers = options.peers(all, progress, remarks);
        Map<String, String> facts = MachineFacts.collect(peers);
        Optional<String> noWrk = Wrk.missing();
        noWrk.ifPresent(why -> {
            progress.event("LEFT OUT: small responses: " + why);
            remarks.add("LEFT OUT: small responses: " + why);
        });
        CannedOrigin canned = scene.add(new CannedOrigin());
        Bulk bulk = scene.add(Bulk.start(protocol, BULK_BYTES));
        List<Contender> contenders = start(peers, canned, bulk, scene);
        // The round before the first is not counted: JIT compilers and caches have their say in it.
        for (int round = 0; round <= rounds; round++) {
            for (Contender contender : contenders) {
                measure(contender, bulk, noWrk.isEmpty(), round);
            }
        }
        Map<String, ThroughputSamples> samples = new LinkedHashMap<>();
        contenders.forEach(contender -> samples.put(contender.peer().name(), contender.samples()));
        remarks.addFirst(
                ("%d rounds, all proxies in each; median (lowest-highest). Small responses: wrk -t1 -c64 for %d s, after %d s that are not counted;"
                                + " bulk: 1 GiB over one connection. Load, proxy and origin share the CPUs: compare within a column only.%s")
                        .formatted(
                                rounds,
                                seconds,
                                warmUpSeconds,
                                (protocol == Protocol.HTTP ? AS_HTTP : "") + (tls ? AS_TLS : "")));
        return new ThroughputReport(protocol, tls, facts, remarks, samples).toReport();
    }

    private List<Contender> start(List<Peer> peers, CannedOrigin canned, Bulk bulk, Scene scene) throws BenchException {
        List<Contender> contenders = new ArrayList<>();
        Optional<BenchCertificate> certificate = tls ? Optional.of(BenchCertificate.make(scene)) : Optional.empty();
        for (Peer peer : peers) {
            boolean direct = peer instanceof Direct;
            Route small = new Route(
                    "small", protocol, certificate, direct ? canned.address() : Loopback.freePort(), canned.address());
            Route large = new Route(
                    "bulk", protocol, certificate, direct ? bulk.address() : Loopback.freePort(), bulk.address());
            RunningPeer running = peer.start(List.of(small, large), scene);
            contenders.add(new Contender(peer, running, small, large, new ThroughputSamples()));
            progress.event("%s started".formatted(peer.name()));
        }
        return contenders;
    }

    private void measure(Contender contender, Bulk bulk, boolean withWrk, int round) throws BenchException {
        String name = contender.peer().name();
        RunningPeer running = contender.running();
        String small = "";
        // For small responses HAProxy's splice options change nothing.
        if (withWrk && !name.equals("haproxy-splice")) {
            double cpu = running.cpuSeconds();
            Wrk.Measured measured = Wrk.run(contender.small().listen(), tls, round == 0 ? warmUpSeconds : seconds);
            double used = running.cpuSeconds() - cpu;
            small = "%,.0f requests/s, p99 %,.0f µs, ".formatted(measured.requestsPerSecond(), measured.p99Micros());
            if (round > 0) {
                contender.samples().addSmall(measured, used, running.rssBytes());
            }
        }
        double cpu = running.cpuSeconds();
        double gigabytes = bulk.receive(contender.bulk().listen(), tls);
        double used = running.cpuSeconds() - cpu;
        if (round > 0) {
            contender.samples().addBulk(gigabytes, used / (BULK_BYTES / 1e9));
        }
        progress.event("%s %s: %s%.2f GB/s"
                .formatted(round == 0 ? "warm-up" : "round " + round + "/" + rounds, name, small, gigabytes));
    }
}
