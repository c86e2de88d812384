package io.baton.inherit;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Second names of UNIX sockets: who takes away the first cannot take the socket from its clients for good.
 *
 * @param names each socket's path by its second name
 */
record KeptPaths(Map<Path, Path> names) {
    private static final Logger LOG = LoggerFactory.getLogger(KeptPaths.class);

    /** A path that cannot be kept, in a directory that is not ours for example, is said and goes without. */
    static KeptPaths of(List<SocketAddress> addresses, long pid) {
        Map<Path, Path> names = new LinkedHashMap<>();
        for (SocketAddress address : addresses) {
            if (address instanceof SocketAddress.UnixPath(String path)) {
                Path second = Path.of("%s.%d.kept".formatted(path, pid));
                try {
                    Files.createLink(second, Path.of(path));
                    names.put(second, Path.of(path));
                } catch (IOException e) {
                    LOG.warn("{} will be gone should nginx remove it: {}", path, e.toString());
                }
            }
        }
        return new KeptPaths(names);
    }

    /** Each path is there again. */
    void restore() {
        names.forEach((second, path) -> {
            try {
                if (Files.exists(path)) {
                    Files.delete(second);
                } else {
                    Files.move(second, path, StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                LOG.warn("{} cannot be restored from {}: {}", path, second, e.toString());
            }
        });
    }

    /** What was removed stays removed. */
    void forget() {
        for (Path second : names.keySet()) {
            try {
                Files.delete(second);
            } catch (IOException e) {
                LOG.warn("{} cannot be removed: {}", second, e.toString());
            }
        }
    }
}
