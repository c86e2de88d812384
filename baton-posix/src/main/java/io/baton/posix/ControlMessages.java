package io.baton.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ancillary data of a message, cmsg(3), unix(7): a sequence of
 *
 * <pre>
 * offset 0   cmsg_len    8, with this header
 *        8   cmsg_level  4, SOL_SOCKET
 *       12   cmsg_type   4, SCM_RIGHTS or SCM_CREDENTIALS
 *       16   data           fds, 4 each; or struct ucred: pid 4, uid 4, gid 4
 * </pre>
 *
 * the next of which begins at a multiple of 8. The same on x86-64 and aarch64.
 *
 * @param fds numbers that came by SCM_RIGHTS: open, and owned by nobody yet
 * @param sender what came by SCM_CREDENTIALS
 */
record ControlMessages(List<Integer> fds, Optional<PeerCredentials> sender) {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;

    private static final int HEADER_BYTES = 16;
    private static final int LEVEL_OFFSET = 8;
    private static final int TYPE_OFFSET = 12;
    private static final int CREDENTIALS_BYTES = 12;
    private static final int ALIGNMENT = 8;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    ControlMessages {
        fds = List.copyOf(fds);
    }

    /** CMSG_SPACE of {@code count} fds, 0 for none. */
    static int rightsSpace(int count) {
        return count == 0 ? 0 : HEADER_BYTES + align(count * Integer.BYTES);
    }

    /** CMSG_SPACE of a {@code struct ucred}. */
    static int credentialsSpace() {
        return HEADER_BYTES + align(CREDENTIALS_BYTES);
    }

    private static int align(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes one SCM_RIGHTS message to the start of {@code target}, which has {@link #rightsSpace} bytes. */
    static void writeRights(MemorySegment target, int... fds) {
        writeHeader(target, HEADER_BYTES + fds.length * Integer.BYTES, SCM_RIGHTS);
        for (int i = 0; i < fds.length; i++) {
            target.set(INT, HEADER_BYTES + (long) i * Integer.BYTES, fds[i]);
        }
    }

    /** Writes one SCM_CREDENTIALS message to the start of {@code target}, which has {@link #credentialsSpace} bytes. */
    static void writeCredentials(MemorySegment target, PeerCredentials sender) {
        writeHeader(target, HEADER_BYTES + CREDENTIALS_BYTES, SCM_CREDENTIALS);
        target.set(INT, HEADER_BYTES, (int) sender.pid());
        target.set(INT, HEADER_BYTES + 4L, sender.uid());
        target.set(INT, HEADER_BYTES + 8L, sender.gid());
    }

    private static void writeHeader(MemorySegment target, int length, int type) {
        target.set(LENGTH, 0, length);
        target.set(INT, LEVEL_OFFSET, SOL_SOCKET);
        target.set(INT, TYPE_OFFSET, type);
    }

    /**
     * Reads all of {@code control}. Never throws on what it finds there: fds that were overlooked would be leaked. A length that makes
     * no sense ends the sequence, as CMSG_NXTHDR does.
     */
    static ControlMessages read(MemorySegment control) {
        List<Integer> fds = new ArrayList<>();
        Optional<PeerCredentials> sender = Optional.empty();
        long offset = 0;
        while (control.byteSize() - offset >= HEADER_BYTES) {
            long length = control.get(LENGTH, offset);
            if (length < HEADER_BYTES || length > control.byteSize() - offset) {
                break;
            }
            MemorySegment data = control.asSlice(offset + HEADER_BYTES, length - HEADER_BYTES);
            if (control.get(INT, offset + LEVEL_OFFSET) == SOL_SOCKET) {
                int type = control.get(INT, offset + TYPE_OFFSET);
                if (type == SCM_RIGHTS) {
                    readFds(data, fds);
                } else if (type == SCM_CREDENTIALS && data.byteSize() >= CREDENTIALS_BYTES) {
                    sender = Optional.of(new PeerCredentials(data.get(INT, 0), data.get(INT, 4), data.get(INT, 8)));
                }
            }
            offset += align((int) length);
        }
        return new ControlMessages(fds, sender);
    }

    private static void readFds(MemorySegment data, List<Integer> fds) {
        for (long i = 0; i + Integer.BYTES <= data.byteSize(); i += Integer.BYTES) {
            fds.add(data.get(INT, i));
        }
    }
}
