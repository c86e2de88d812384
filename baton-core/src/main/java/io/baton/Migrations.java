package io.baton;

import io.baton.posix.Fd;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import io.baton.spi.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data paths that take part in migration, by the names of their kinds, and what else goes along. Thread-safe. */
final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** Of each, a source and a restorer; more is a program gone wrong. */
    static final int MAX_KINDS = 64;

    private final Map<String, ConnectionSource> sources = new LinkedHashMap<>();
    private final Map<String, ConnectionRestorer> restorers = new LinkedHashMap<>();
    private final Map<String, Heirloom> heirlooms = new LinkedHashMap<>();
    private volatile Runnable movable = () -> {};
    private boolean closed;

    synchronized void add(ConnectionSource source) {
        put(sources, source.kind(), source, "source");
        source.onMovable(() -> movable.run());
    }

    synchronized void add(ConnectionRestorer restorer) {
        put(restorers, restorer.kind(), restorer, "restorer");
    }

    synchronized void add(Heirloom heirloom) {
        String name = heirloom.name();
        if (closed) {
            throw new IllegalStateException("heirloom %s comes after ready()".formatted(name));
        }
        if (name.isEmpty()
                || name.getBytes(StandardCharsets.UTF_8).length > Heirloom.MAX_NAME_BYTES
                || heirlooms.size() == HandoverMessage.MAX_HEIRLOOMS
                || heirlooms.putIfAbsent(name, heirloom) != null) {
            throw new IllegalStateException(
                    "an heirloom's name is \"%s\", expected 1 to %d bytes that no other has, and at most %d heirlooms"
                            .formatted(name, Heirloom.MAX_NAME_BYTES, HandoverMessage.MAX_HEIRLOOMS));
        }
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

    /** What we leave to the child that has come. */
    synchronized List<HandoverMessage.Left> given() {
        List<HandoverMessage.Left> given = new ArrayList<>();
        heirlooms.forEach((name, heirloom) -> {
            try {
                byte[] bytes = heirloom.give();
                if (bytes.length > Heirloom.MAX_BYTES) {
                    throw new IllegalStateException(
                            "%d bytes, expected at most %d".formatted(bytes.length, Heirloom.MAX_BYTES));
                }
                given.add(new HandoverMessage.Left(name, bytes));
            } catch (RuntimeException e) {
                LOG.error("the child does not get {}", name, e);
            }
        });
        return given;
    }

    /** The parent has left us these. */
    synchronized void take(List<HandoverMessage.Left> left) {
        for (HandoverMessage.Left one : left) {
            Heirloom heirloom = heirlooms.get(one.name());
            if (heirloom != null) {
                try {
                    heirloom.take(one.bytes());
                } catch (RuntimeException e) {
                    LOG.warn("the parent's {} is of no use, ours stays: {}", one.name(), e.getMessage());
                }
            }
        }
    }

    /** {@code wake} is called when connections become movable that were not. */
    void onMovable(Runnable wake) {
        movable = wake;
    }

    synchronized Optional<ConnectionRestorer> restorer(ConnectionKind kind) {
        return Optional.ofNullable(restorers.get(kind.name())).filter(restorer -> restorer.adopts(kind.version()));
    }

    /**
     * Builds a connection from what another process has said of it.
     *
     * @param fds owned by the connection from now on, unless this throws
     */
    RestoredConnection restore(ConnectionKind kind, byte[] snapshot, List<Fd> fds) throws RestoreException {
        Optional<ConnectionRestorer> restorer = restorer(kind);
        if (restorer.isEmpty()) {
            throw new RestoreException("connections of kind %s are not taken".formatted(kind));
        }
        try {
            return restorer.get().restore(new Snapshot(kind, snapshot, fds));
        } catch (RuntimeException e) { // a fault of the data path's, which must not cost the other connections
            LOG.error("a connection of kind {} cannot be restored", kind, e);
            throw new RestoreException("restoring failed: " + e, e);
        }
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
