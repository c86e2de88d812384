package io.baton;

import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The data paths that take part in migration, by the names of their kinds. Thread-safe. */
final class Migrations {
    /** Of each, a source and a restorer; more is a program gone wrong. */
    static final int MAX_KINDS = 64;

    private final Map<String, ConnectionSource> sources = new LinkedHashMap<>();
    private final Map<String, ConnectionRestorer> restorers = new LinkedHashMap<>();
    private volatile Runnable movable = () -> {};
    private boolean closed;

    synchronized void add(ConnectionSource source) {
        put(sources, source.kind(), source, "source");
        source.onMovable(() -> movable.run());
    }

    synchronized void add(ConnectionRestorer restorer) {
        put(restorers, restorer.kind(), restorer, "restorer");
    }

    private <T> void put(Map<String, T> known, ConnectionKind kind, T one, String what) {
        if (closed) {
            throw new IllegalStateException("the %s of %s comes after ready()".formatted(what, kind));
        }
        if (known.size() == MAX_KINDS || known.putIfAbsent(kind.name(), one) != null) {
            throw new IllegalStateException(
                    "there is a %s of %s already, or there are %d kinds".formatted(what, kind.name(), MAX_KINDS));
        }
    }

    /** No more is added. */
    synchronized void close() {
        closed = true;
    }

    synchronized List<ConnectionSource> sources() {
        return List.copyOf(sources.values());
    }

    /** {@code wake} is called when connections become movable that were not. */
    void onMovable(Runnable wake) {
        movable = wake;
    }

    synchronized Optional<ConnectionRestorer> restorer(ConnectionKind kind) {
        return Optional.ofNullable(restorers.get(kind.name())).filter(restorer -> restorer.adopts(kind.version()));
    }

    /** What we can adopt, as we tell the other side. */
    synchronized List<HandoverMessage.Kind> adopted() {
        return restorers.values().stream().map(Migrations::told).toList();
    }

    private static HandoverMessage.Kind told(ConnectionRestorer restorer) {
        int oldest = restorer.kind().version();
        while (oldest > 1 && restorer.adopts(oldest - 1)) {
            oldest--;
        }
        return new HandoverMessage.Kind(
                restorer.kind().name(), oldest, restorer.kind().version());
    }
}
