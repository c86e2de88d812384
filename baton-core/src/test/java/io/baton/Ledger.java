package io.baton;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who may touch which connection right now, and whether ever two could. Thread-safe. */
final class Ledger {
    private final Map<Long, Set<String>> owners = new TreeMap<>();
    private final Set<Long> lost = new TreeSet<>();
    private final List<String> wrongs = new ArrayList<>();

    synchronized void begins(long connection, String side) {
        if (lost.contains(connection)) {
            wrongs.add("connection %d is gone on with by %s, though its owner has died with part of it"
                    .formatted(connection, side));
        }
        Set<String> now = owners.computeIfAbsent(connection, id -> new TreeSet<>());
        if (!now.add(side) || now.size() > 1) {
            wrongs.add("connection %d is touched by %s, and already was".formatted(connection, now));
        }
    }

    synchronized void ends(long connection, String side) {
        Set<String> now = owners.get(connection);
        if (now == null || !now.remove(side)) {
            wrongs.add("connection %d ends at %s, where it is not".formatted(connection, side));
        }
    }

    /** A process died, and what it owned with it. */
    synchronized void dies(String side) {
        owners.forEach((id, sides) -> {
            if (sides.remove(side)) {
                lost.add(id);
            }
        });
        lost.forEach(owners::remove);
    }

    synchronized List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    synchronized Map<Long, Set<String>> owners() {
        Map<Long, Set<String>> copy = new HashMap<>();
        owners.forEach((id, sides) -> copy.put(id, Set.copyOf(sides)));
        return copy;
    }

    synchronized long ownedBy(String side) {
        return owners.values().stream().filter(sides -> sides.contains(side)).count();
    }
}
