package io.baton;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Posix;
import io.baton.spi.Heirloom;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Paths of UNIX sockets in use that somebody else goes on owning: systemd binds one once, and it must outlive every process of the
 * lineage. So the next process hears of them: their names, each ended by a NUL, as no path has one. Thread-safe.
 */
final class ForeignPaths implements Heirloom {
    private static final String NAME = "baton.foreign-paths";

    private final Posix posix;
    private final long startedBy;
    private final Set<String> paths = new LinkedHashSet<>();

    ForeignPaths(Posix posix) {
        this.posix = posix;
        this.startedBy = posix.parentPid();
    }

    synchronized void add(String path) {
        paths.add(path);
    }

    /** Whether this process, which has been ready, may take {@code path} with it. */
    synchronized boolean mayRemove(String path, PathPolicy policy) {
        return switch (policy) {
            case OURS -> !paths.contains(path);
            // Another parent by now means that the one that started us is gone.
            case LIKE_NGINX -> posix.parentPid() != startedBy;
            case LEFT_ALONE -> false;
        };
    }

    @Override
    public String name() {
        return NAME;
    }

    /** As many as there is room for. */
    @Override
    public synchronized byte[] give() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String path : paths) {
            byte[] name = path.getBytes(UTF_8);
            if (bytes.size() + name.length + 1 > MAX_BYTES) {
                break;
            }
            bytes.writeBytes(name);
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    @Override
    public synchronized void take(byte[] bytes) {
        if (bytes.length > 0 && bytes[bytes.length - 1] != 0) {
            throw new IllegalArgumentException("the list of paths is cut, expected a NUL at its end");
        }
        for (String path : new String(bytes, UTF_8).split("\0", -1)) {
            if (!path.isEmpty()) {
                paths.add(path);
            }
        }
    }
}
