package io.baton.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What idle connections cost in memory: of the proxy's processes, and of the kernel. */
final class MemoryBench {
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration LAST_PINGS = Duration.ofSeconds(20);

    /** Garbage of the start, and what the connections' opening leaves. */
    private static final Duration SETTLE = Duration.ofSeconds(12);

    private final int connections;
    private final Progress progress;

    MemoryBench(int connections, Progress progress) {
        this.connections = connections;
        this.progress = progress;
    }

    /**
     * Of a moment.
     *
     * @param kernelBytes of the whole machine; of use only as a difference
     */
    private record Reading(long rssBytes, long pssBytes, long kernelBytes) {
        static Reading of(Set<Long> pids) {
            return new Reading(
                    pids.stream().mapToLong(ProcFs::rssBytes).sum(),
                    pids.stream().mapToLong(ProcFs::pssBytes).sum(),
                    KernelMemory.bytes().orElse(0L));
        }
    }

    Report run(BenchOptions options) throws BenchException {
        List<String> remarks = new ArrayList<>();
        MachineFacts.busyWarning().ifPresent(warning -> remarks.add("WARNING: " + warning));
        List<Peer> peers = options.peers(
                List.of(new Direct(), BatonPeer.find(), new Haproxy(Haproxy.Variant.PLAIN)), progress, remarks);
        Map<String, String> facts = MachineFacts.collect(peers);
        if (KernelMemory.bytes().isEmpty()) {
            remarks.add("LEFT OUT: the kernel's memory: /proc/slabinfo is for root");
        }
        Map<String, MemoryReport.Cost> costs = new LinkedHashMap<>();
        Failures failures = Failures.NONE;
        long ends = 0;
        for (Peer peer : peers) {
            try (Scene scene = new Scene("memory")) {
                EchoOrigin origin = scene.add(EchoOrigin.start());
                Route route = peer instanceof Direct
                        ? new Route("echo", origin.address(), origin.address())
                        : new Route("echo", Loopback.freePort(), origin.address());
                RunningPeer running = scene.add(peer.start(List.of(route), scene));
                WarmUp.sleep(SETTLE);
                Reading before = Reading.of(running.pids());
                PingLoad load = scene.add(PingLoad.start(route.listen(), connections, 0, Duration.ofSeconds(1)));
                load.awaitOpen(OPEN);
                WarmUp.sleep(SETTLE);
                Reading after = Reading.of(running.pids());
                failures = failures.plus(load.stop(LAST_PINGS).failures());
                long kernel = after.kernelBytes() - before.kernelBytes() - ends;
                if (peer instanceof Direct) {
                    ends = kernel;
                } else {
                    costs.put(
                            peer.name(),
                            new MemoryReport.Cost(
                                    connections,
                                    before.rssBytes(),
                                    after.rssBytes(),
                                    before.pssBytes(),
                                    after.pssBytes(),
                                    kernel));
                }
                progress.event("%s: measured".formatted(peer.name()));
            }
        }
        remarks.addFirst(
                ("%,d idle connections through each proxy in turn. RSS and PSS: of all its processes, before and %d s after the connections"
                                + " were opened. Kernel: the growth of the slabs TCP, sock_inode_cache, filp and eventpoll on the whole machine"
                                + " and of TCP's buffers, less that of as many connections without a proxy.")
                        .formatted(connections, SETTLE.toSeconds()));
        return new MemoryReport(facts, remarks, costs, failures).toReport();
    }
}
