package io.baton.spi;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.SocketCalls;
import java.util.List;

/**
 * All there is to a quiesced connection: what is in kernel objects, as fds, and what is not, as bytes.
 *
 * @param kind how to read {@code bytes}
 * @param bytes the connection's state in user space, at most {@value #MAX_BYTES}; not copied and not to be changed any more
 * @param fds in an order that {@code kind} defines, at most {@value #MAX_FDS}. Not owned by the snapshot: on the side that offers they
 *     stay the connection's, on the side that adopts they are the restorer's once it has taken them
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
public record Snapshot(ConnectionKind kind, byte[] bytes, List<Fd> fds) {
    /** So that one snapshot and its message fit the kernel's default socket buffer (net.core.wmem_default, 208 KiB). */
    public static final int MAX_BYTES = 128 * 1024;

    /** What one message carries: SCM_MAX_FD, unix(7). */
    public static final int MAX_FDS = SocketCalls.MAX_FDS_PER_MESSAGE;

    public Snapshot {
        requireNonNull(kind, "kind is null");
        fds = List.copyOf(fds);
        if (bytes.length > MAX_BYTES || fds.size() > MAX_FDS) {
            throw new IllegalArgumentException("snapshot of kind %s has %d bytes and %d fds, expected at most %d and %d"
                    .formatted(kind, bytes.length, fds.size(), MAX_BYTES, MAX_FDS));
        }
    }
}
