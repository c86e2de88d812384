package io.baton.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a lineage takes at a moment.
 *
 * @param supervisor the process that lives as long as the soak
 * @param newest the generation that serves
 * @param processes how many there are, the supervisor included
 * @param heap of both, when last asked
 * @param totalRssBytes of all of them
 * @param cpuSeconds used so far by all that ever were of it
 * @param runtimeFiles in the runtime directory
 * @param runtimeBytes of those
 * @param sharedMemoryFiles in /dev/shm, whosoever's
 */
record SoakSample(
        Footprint supervisor,
        Footprint newest,
        Heap heap,
        int processes,
        long totalRssBytes,
        double cpuSeconds,
        long runtimeFiles,
        long runtimeBytes,
        long sharedMemoryFiles) {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Of one process. */
    record Footprint(long rssBytes, long fds, long threads) {
        static Footprint of(long pid) {
            return new Footprint(ProcFs.rssBytes(pid), ProcFs.openFds(pid), ProcFs.threads(pid));
        }
    }

    /** Bytes in use. */
    record Heap(long supervisor, long newest) {
        static final Heap UNKNOWN = new Heap(0, 0);

        /** What is not to be had stays as it was. */
        Heap asked(BatonProcess baton) {
            return new Heap(
                    HeapInfo.used(baton.supervisorPid()).orElse(supervisor),
                    HeapInfo.used(baton.newest().pid()).orElse(newest));
        }
    }

    static SoakSample of(BatonProcess baton, Heap heap) {
        long supervisor = baton.supervisorPid();
        Set<Long> generations = baton.generationPids();
        Set<Long> all = new HashSet<>(generations);
        all.add(supervisor);
        long[] runtime = filesAndBytes(baton.runtimeDirectory());
        return new SoakSample(
                Footprint.of(supervisor),
                Footprint.of(baton.newest().pid()),
                heap,
                all.size(),
                all.stream().mapToLong(ProcFs::rssBytes).sum(),
                ProcFs.cpuSecondsWithEndedChildren(supervisor)
                        + generations.stream().mapToDouble(ProcFs::cpuSeconds).sum(),
                runtime[0],
                runtime[1],
                filesAndBytes(SHARED_MEMORY)[0]);
    }

    private static long[] filesAndBytes(Path directory) {
        long[] both = new long[2];
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                both[0]++;
                both[1] += size(file);
            });
        } catch (IOException | UncheckedIOException _) {
            // What went away while it was counted is not there.
        }
        return both;
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException _) {
            return 0;
        }
    }
}
