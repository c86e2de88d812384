package io.baton.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Room for the events of one {@code epoll_wait(2)}. Not thread-safe. */
public final class EpollEvents {
    private static final int SIZE = Architecture.CURRENT.epollEventSize();
    private static final int DATA_OFFSET = Architecture.CURRENT.epollDataOffset();

    private final MemorySegment segment;
    private final int capacity;

    /**
     * @param capacity how many events one wait can bring, at least 1
     * @param arena owns the memory; a shared one is kept from closing while a thread waits
     */
    public EpollEvents(int capacity, Arena arena) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity is %d, expected at least 1".formatted(capacity));
        }
        this.capacity = capacity;
        this.segment = arena.allocate((long) capacity * SIZE, Long.BYTES);
    }

    /** Which of EPOLLIN, EPOLLOUT, … the event at {@code index} has. */
    public int events(int index) {
        return segment.get(ValueLayout.JAVA_INT_UNALIGNED, offset(index));
    }

    /** What was registered with the fd. */
    public long data(int index) {
        return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, offset(index) + DATA_OFFSET);
    }

    public int capacity() {
        return capacity;
    }

    MemorySegment segment() {
        return segment;
    }

    /** Writes one {@code struct epoll_event}. */
    static void write(MemorySegment target, Architecture architecture, int events, long data) {
        target.set(ValueLayout.JAVA_INT_UNALIGNED, 0, events);
        target.set(ValueLayout.JAVA_LONG_UNALIGNED, architecture.epollDataOffset(), data);
    }

    private long offset(int index) {
        return (long) Objects.checkIndex(index, capacity) * SIZE;
    }
}
