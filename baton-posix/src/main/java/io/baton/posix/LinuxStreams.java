package io.baton.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baton.posix.NativeCall.Returns;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@link StreamCalls} on Linux. Its methods stay small enough for the JIT to inline them into an event loop. */
final class LinuxStreams implements StreamCalls {
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SPLICE_F_MOVE = 1;
    private static final int SPLICE_F_NONBLOCK = 2;

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final MemoryLayout[] BUFFER = {JAVA_LONG, ADDRESS, JAVA_LONG};
        private static final MemoryLayout[] BUFFER_FLAGS = {JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG};

        private static final NativeCall ACCEPT4 = NativeCall.words("accept4", 4);
        private static final NativeCall RECV = NativeCall.bind("recv", Returns.WORD, true, BUFFER_FLAGS);
        private static final NativeCall SEND = NativeCall.bind("send", Returns.WORD, true, BUFFER_FLAGS);
        private static final NativeCall READ = NativeCall.bind("read", Returns.WORD, true, BUFFER);
        private static final NativeCall WRITE = NativeCall.bind("write", Returns.WORD, true, BUFFER);
        private static final NativeCall SPLICE = NativeCall.wordsToWord("splice", 6);
        private static final NativeCall GETSOCKOPT = NativeCall.words("getsockopt", 5);
        private static final NativeCall SHUTDOWN = NativeCall.words("shutdown", 2);
    }

    /** On its own: closing an fd must not cost the binding of everything else. */
    private static final class NativeClose {
        // Not made again on EINTR: Linux has freed the number already, another thread may own it by now.
        private static final NativeCall CLOSE = NativeCall.interruptible("close", 1);
    }

    @Override
    public int accept(int listener) {
        return (int) Native.ACCEPT4.call(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }

    @Override
    public int receive(int socket, MemorySegment buffer, int length, int flags) {
        return (int) Native.RECV.call(socket, part(buffer, 0, length), length, flags);
    }

    @Override
    public int send(int socket, MemorySegment buffer, int offset, int length) {
        return (int) Native.SEND.call(socket, part(buffer, offset, length), length, MSG_NOSIGNAL);
    }

    @Override
    public int read(int fd, MemorySegment buffer, int length) {
        return (int) Native.READ.call(fd, part(buffer, 0, length), length);
    }

    @Override
    public int write(int fd, MemorySegment buffer, int offset, int length) {
        return (int) Native.WRITE.call(fd, part(buffer, offset, length), length);
    }

    @Override
    public long splice(int from, int to, long length) {
        return Native.SPLICE.call(from, 0, to, 0, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    }

    @Override
    public int takeSocketError(int socket) {
        MemorySegment argument = CallScratch.argument();
        argument.set(JAVA_INT, 0, 0);
        argument.set(JAVA_INT, Integer.BYTES, Integer.BYTES);
        SocketOption error = SocketOption.SO_ERROR;
        long value = argument.address();
        long result = Native.GETSOCKOPT.call(socket, error.level, error.code, value, value + Integer.BYTES);
        return result < 0 ? (int) result : argument.get(JAVA_INT, 0);
    }

    @Override
    public int shutdownWrite(int socket) {
        return (int) Native.SHUTDOWN.call(socket, ShutdownHow.WRITE.code);
    }

    @Override
    public int close(int fd) {
        return (int) NativeClose.CLOSE.call(fd);
    }

    /**
     * Checks bounds. The kernel gets an address and a length, so the buffer itself will do for any part at its beginning; another
     * needs a slice, which C2 does not always optimize away (40 bytes).
     */
    private static MemorySegment part(MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return offset == 0 ? buffer : buffer.asSlice(offset);
    }
}
