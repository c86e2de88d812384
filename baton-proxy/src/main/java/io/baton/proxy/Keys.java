package io.baton.proxy;

import java.util.List;

/**
 * The keys of one mapping.
 *
 * @param known what this version reads
 * @param later what the design shows and this version cannot do yet: refused by name, not as a slip of the keyboard
 */
record Keys(List<String> known, List<String> later) {
    static final Keys ROOT = of("admin", "listeners", "clusters", "access_log", "handover", "limits");
    static final Keys ADMIN = of("address");
    static final Keys LISTENER = new Keys(List.of("name", "address", "reuse_port", "tcp"), List.of("tls", "http"));
    static final Keys TCP = of("cluster", "idle_timeout");
    static final Keys CLUSTER =
            new Keys(List.of("name", "endpoints", "balance", "connect_timeout"), List.of("health", "tls"));
    static final Keys ACCESS_LOG = of("path", "format");
    static final Keys HANDOVER = of("drain", "parent_shutdown", "batch", "rate", "rehearsal", "ready_timeout");
    static final Keys LIMITS = of("connections", "pipe");

    Keys {
        known = List.copyOf(known);
        later = List.copyOf(later);
    }

    private static Keys of(String... known) {
        return new Keys(List.of(known), List.of());
    }
}
