package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * sendmsg(2) and recvmsg(2) with fds attached: the part of {@link SocketCalls} in which an fd can get lost.
 *
 * <pre>
 * struct msghdr  offset 0 msg_name | 8 msg_namelen (4) | 16 msg_iov | 24 msg_iovlen | 32 msg_control | 40 msg_controllen | 48 msg_flags (4) |  = 56
 * struct iovec   offset 0 iov_base | 8 iov_len |  = 16
 * </pre>
 */
final class LinuxMessages {
    private static final int MSG_CTRUNC = 0x08;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final int HEADER_BYTES = 56;
    private static final int NAME_OFFSET = 0;
    private static final int NAME_LENGTH_OFFSET = 8;
    private static final int VECTOR_OFFSET = 16;
    private static final int VECTOR_COUNT_OFFSET = 24;
    private static final int CONTROL_OFFSET = 32;
    private static final int CONTROL_LENGTH_OFFSET = 40;
    private static final int FLAGS_OFFSET = 48;
    private static final int VECTOR_BYTES = 16;

    private static final String RECEIVE = "recvmsg(fd=%d, maxBytes=%d, maxFds=%d)";

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall SENDMSG = NativeCall.wordsToWord("sendmsg", 3);
        private static final NativeCall RECVMSG = NativeCall.wordsToWord("recvmsg", 3);
    }

    /** @param destination null for the peer of a connected socket */
    int send(Fd socket, byte[] payload, List<Fd> fds, @Nullable SocketAddress destination) {
        requireSendable(payload, fds);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, payload);
            MemorySegment control = arena.allocate(ControlMessages.rightsSpace(fds.size()), Long.BYTES);
            if (!fds.isEmpty()) {
                ControlMessages.writeRights(control, numbers(fds));
            }
            MemorySegment header = header(arena, bytes, control);
            if (destination != null) {
                MemorySegment name = arena.allocate(SocketAddressCodec.MAX_BYTES, Long.BYTES);
                header.set(JAVA_INT, NAME_LENGTH_OFFSET, SocketAddressCodec.encode(destination, name));
                header.set(JAVA_LONG, NAME_OFFSET, name.address());
            }
            int number = socket.number();
            return (int) check(
                    Native.SENDMSG.call(number, header.address(), MSG_NOSIGNAL),
                    "sendmsg(fd=%d, bytes=%d, fds=%d, address=%s)",
                    number,
                    payload.length,
                    fds.size(),
                    destination == null ? "peer" : destination);
        }
    }

    private static void requireSendable(byte[] payload, List<Fd> fds) {
        if (fds.size() > SocketCalls.MAX_FDS_PER_MESSAGE) {
            throw new IllegalArgumentException(
                    "message has %d fds, expected at most %d".formatted(fds.size(), SocketCalls.MAX_FDS_PER_MESSAGE));
        }
        if (payload.length == 0 && !fds.isEmpty()) {
            // A stream socket would drop the fds without a word, and a reader would take it for the end of the stream.
            throw new IllegalArgumentException(
                    "message has no bytes, expected at least one to carry its %d fds".formatted(fds.size()));
        }
    }

    private static int[] numbers(List<Fd> fds) {
        int[] numbers = new int[fds.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = fds.get(i).number();
        }
        return numbers;
    }

    Optional<ReceivedMessage> receive(Fd socket, int maxBytes, int maxFds) {
        if (maxBytes < 0 || maxFds < 0 || maxFds > SocketCalls.MAX_FDS_PER_MESSAGE) {
            throw new IllegalArgumentException("maxBytes=%d, maxFds=%d, expected 0 or more bytes and 0 to %d fds"
                    .formatted(maxBytes, maxFds, SocketCalls.MAX_FDS_PER_MESSAGE));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(maxBytes, Long.BYTES);
            int controlBytes = ControlMessages.rightsSpace(maxFds) + ControlMessages.credentialsSpace();
            MemorySegment control = arena.allocate(controlBytes, Long.BYTES);
            MemorySegment header = header(arena, bytes, control);
            int number = socket.number();
            long result = Native.RECVMSG.call(number, header.address(), MSG_CMSG_CLOEXEC);
            if (result == -Errno.EAGAIN.number()) {
                return Optional.empty();
            }
            check(result, RECEIVE, number, maxBytes, maxFds);
            // From here on fds may have arrived: whatever happens, they end in the result or closed.
            ControlMessages arrived =
                    ControlMessages.read(control.asSlice(0, header.get(JAVA_LONG, CONTROL_LENGTH_OFFSET)));
            List<Fd> fds = own(arrived.fds());
            boolean cut = (header.get(JAVA_INT, FLAGS_OFFSET) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
            // Room for credentials that were not sent is room for fds nobody asked for.
            if (cut || fds.size() > maxFds) {
                for (Fd fd : fds) {
                    fd.close();
                }
                throw new PosixException(RECEIVE.formatted(number, maxBytes, maxFds), Errno.EMSGSIZE.number());
            }
            return Optional.of(new ReceivedMessage(bytes.asSlice(0, result).toArray(JAVA_BYTE), fds, arrived.sender()));
        }
    }

    private static List<Fd> own(List<Integer> numbers) {
        List<Fd> fds = new ArrayList<>(numbers.size());
        for (int number : numbers) {
            fds.add(Fd.own(number));
        }
        return fds;
    }

    private static MemorySegment header(Arena arena, MemorySegment bytes, MemorySegment control) {
        MemorySegment vector = arena.allocate(VECTOR_BYTES, Long.BYTES);
        vector.set(JAVA_LONG, 0, bytes.address());
        vector.set(JAVA_LONG, Long.BYTES, bytes.byteSize());
        MemorySegment header = arena.allocate(HEADER_BYTES, Long.BYTES);
        header.set(JAVA_LONG, VECTOR_OFFSET, vector.address());
        header.set(JAVA_LONG, VECTOR_COUNT_OFFSET, 1);
        header.set(JAVA_LONG, CONTROL_OFFSET, control.address());
        header.set(JAVA_LONG, CONTROL_LENGTH_OFFSET, control.byteSize());
        return header;
    }
}
