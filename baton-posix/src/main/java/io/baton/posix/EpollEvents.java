package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Room for the events of one {@code epoll_wait(2)}. {@code struct epoll_event} is packed to 12 bytes on x86-64 and padded to 16
 * elsewhere. Not thread-safe.
 */
public final class EpollEvents {
    private static final ValueLayout.OfLong DATA = ValueLayout.JAVA_LONG_UNALIGNED;

    private final MemorySegment segment;
    private final int capacity;

    public EpollEvents(int capacity, Arena arena) {
        this.capacity = capacity;
        this.segment = arena.allocate((long) capacity * EventLayout.SIZE, 8);
    }

    /** Which of EPOLLIN, EPOLLOUT, … the event at {@code index} has. */
    public int events(int index) {
        return segment.get(ValueLayout.JAVA_INT, (long) index * EventLayout.SIZE);
    }

    /** What was registered with the fd. */
    public long data(int index) {
        return segment.get(DATA, (long) index * EventLayout.SIZE + EventLayout.DATA_OFFSET);
    }

    public int capacity() {
        return capacity;
    }

    MemorySegment segment() {
        return segment;
    }

    static final class EventLayout {
        private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));
        static final int SIZE = PACKED ? 12 : 16;
        static final int DATA_OFFSET = PACKED ? 4 : 8;

        private EventLayout() {}
    }
}
