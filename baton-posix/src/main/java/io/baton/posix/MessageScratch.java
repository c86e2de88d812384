package io.baton.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory that each thread keeps for its messages. A receiver has to offer room for the longest message that might come; fresh
 * memory of that size would be mapped, zeroed and unmapped for each of the many that are short. What lies in it is good until the
 * thread's next message.
 *
 * <pre>
 * struct msghdr  offset 0 msg_name | 8 msg_namelen (4) | 16 msg_iov | 24 msg_iovlen | 32 msg_control | 40 msg_controllen | 48 msg_flags (4) |  = 56
 * struct iovec   offset 0 iov_base | 8 iov_len |  = 16
 * </pre>
 */
final class MessageScratch {
    private static final int HEADER_BYTES = 56;
    private static final int NAME_OFFSET = 0;
    private static final int NAME_LENGTH_OFFSET = 8;
    private static final int VECTOR_OFFSET = 16;
    private static final int VECTOR_COUNT_OFFSET = 24;
    private static final int CONTROL_OFFSET = 32;
    private static final int CONTROL_LENGTH_OFFSET = 40;
    private static final int FLAGS_OFFSET = 48;
    private static final int VECTOR_BYTES = 16;

    private static final int CONTROL_BYTES =
            ControlMessages.rightsSpace(SocketCalls.MAX_FDS_PER_MESSAGE) + ControlMessages.credentialsSpace();

    /** What is kept; longer messages get memory of their own. */
    private static final int MAX_KEPT_BYTES = 256 << 10;

    private static final ThreadLocal<MessageScratch> OF_THREAD = ThreadLocal.withInitial(() -> new MessageScratch(0));

    // Live as long as the thread, or the message: the collector frees them after.
    private final MemorySegment header = Arena.ofAuto().allocate(HEADER_BYTES, Long.BYTES);
    private final MemorySegment vector = Arena.ofAuto().allocate(VECTOR_BYTES, Long.BYTES);
    private final MemorySegment control = Arena.ofAuto().allocate(CONTROL_BYTES, Long.BYTES);
    private final MemorySegment name = Arena.ofAuto().allocate(SocketAddressCodec.MAX_BYTES, Long.BYTES);
    private MemorySegment payload;

    private MessageScratch(int bytes) {
        payload = Arena.ofAuto().allocate(bytes, Long.BYTES);
    }

    /** The calling thread's, with room for a payload of so many bytes. */
    static MessageScratch withRoomFor(int bytes) {
        if (bytes > MAX_KEPT_BYTES) {
            return new MessageScratch(bytes);
        }
        MessageScratch scratch = OF_THREAD.get();
        if (scratch.payload.byteSize() < bytes) {
            scratch.payload = Arena.ofAuto().allocate(bytes, Long.BYTES);
        }
        return scratch;
    }

    MemorySegment payload() {
        return payload;
    }

    MemorySegment control() {
        return control;
    }

    MemorySegment name() {
        return name;
    }

    /** Where the header lies that says so; it has no name yet. */
    long header(int payloadBytes, int controlBytes) {
        vector.set(JAVA_LONG, 0, payload.address());
        vector.set(JAVA_LONG, Long.BYTES, payloadBytes);
        header.set(JAVA_LONG, NAME_OFFSET, 0);
        header.set(JAVA_INT, NAME_LENGTH_OFFSET, 0);
        header.set(JAVA_LONG, VECTOR_OFFSET, vector.address());
        header.set(JAVA_LONG, VECTOR_COUNT_OFFSET, 1);
        header.set(JAVA_LONG, CONTROL_OFFSET, control.address());
        header.set(JAVA_LONG, CONTROL_LENGTH_OFFSET, controlBytes);
        header.set(JAVA_INT, FLAGS_OFFSET, 0);
        return header.address();
    }

    void nameIs(int bytes) {
        header.set(JAVA_INT, NAME_LENGTH_OFFSET, bytes);
        header.set(JAVA_LONG, NAME_OFFSET, name.address());
    }

    /** As the kernel has left it. */
    MemorySegment arrivedControl() {
        return control.asSlice(0, header.get(JAVA_LONG, CONTROL_LENGTH_OFFSET));
    }

    /** As the kernel has left them. */
    int flags() {
        return header.get(JAVA_INT, FLAGS_OFFSET);
    }
}
