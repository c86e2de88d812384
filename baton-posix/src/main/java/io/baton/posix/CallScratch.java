package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Native memory that each thread keeps for its calls, so that a hot call allocates nothing: where errno is captured, and a few bytes
 * for small arguments. Per thread, because a shared errno is a race. What lies in it is good until the thread's next call.
 */
final class CallScratch {

    /** Room for the largest small argument, a {@code struct epoll_event}. */
    static final int ARGUMENT_BYTES = 16;

    private static final ThreadLocal<CallScratch> OF_THREAD = ThreadLocal.withInitial(CallScratch::new);

    private final MemorySegment errno;
    private final MemorySegment argument;

    private CallScratch() {
        // Lives as long as the thread: the collector frees it after.
        Arena arena = Arena.ofAuto();
        StructLayout captured = Linker.Option.captureStateLayout();
        errno = arena.allocate(captured).asSlice(captured.byteOffset(PathElement.groupElement("errno")), Integer.BYTES);
        argument = arena.allocate(ARGUMENT_BYTES, Long.BYTES);
    }

    /** The calling thread's errno, as an {@code int} at offset 0. */
    static MemorySegment errno() {
        return OF_THREAD.get().errno;
    }

    /** {@link #ARGUMENT_BYTES} bytes of the calling thread, aligned to 8. */
    static MemorySegment argument() {
        return OF_THREAD.get().argument;
    }
}
