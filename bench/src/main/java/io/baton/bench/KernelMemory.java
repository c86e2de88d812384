package io.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel keeps for sockets, on the whole machine: the objects of some slab caches (proc(5), slabinfo; for root), and the pages of
 * TCP's buffers (sockstat). What else a socket costs, such as a dentry, is the same for everybody and drowns in what files do.
 */
final class KernelMemory {
    private static final Path SLABS = Path.of("/proc/slabinfo");
    private static final Path SOCKETS = Path.of("/proc/net/sockstat");
    private static final Set<String> CACHES =
            Set.of("TCP", "TCPv6", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq");
    private static final int PAGE_BYTES = 4096;

    private KernelMemory() {}

    /** Empty when it may not be read. */
    static Optional<Long> bytes() {
        try {
            return Optional.of(slabs(Files.readAllLines(SLABS)) + buffers(Files.readAllLines(SOCKETS)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Lines of name, active objects, objects, object size, and more. */
    static long slabs(List<String> lines) {
        long sum = 0;
        for (String line : lines) {
            String[] fields = line.split("\\s+", -1);
            if (fields.length > 3 && CACHES.contains(fields[0])) {
                sum += Long.parseLong(fields[1]) * Long.parseLong(fields[3]);
            }
        }
        return sum;
    }

    /** The line {@code TCP: inuse 27 orphan 0 tw 1 alloc 48 mem 3}. */
    static long buffers(List<String> lines) {
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            if (line.startsWith("TCP:") && fields.length > 10) {
                return Long.parseLong(fields[10]) * PAGE_BYTES;
            }
        }
        return 0;
    }
}
