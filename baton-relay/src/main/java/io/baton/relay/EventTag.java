package io.baton.relay;

/**
 * What an epoll event is about, in the 64 bits that were registered with the fd:
 *
 * <pre>
 *  63        32 31       2 1   0
 * +------------+----------+-----+
 * | generation |   slot   | tag |
 * +------------+----------+-----+
 * </pre>
 */
enum EventTag {
    CLIENT(0),
    UPSTREAM(1),
    LISTENER(2),
    WAKE(3);

    private static final int SLOT_MASK = (1 << 30) - 1;

    private final int code;

    EventTag(int code) {
        this.code = code;
    }

    long eventData(int slot, int generation) {
        return ((long) generation << 32) | ((long) slot << 2) | code;
    }

    static EventTag of(long data) {
        return switch ((int) data & 3) {
            case 0 -> CLIENT;
            case 1 -> UPSTREAM;
            case 2 -> LISTENER;
            default -> WAKE;
        };
    }

    static int slot(long data) {
        return (int) (data >>> 2) & SLOT_MASK;
    }

    static int generation(long data) {
        return (int) (data >>> 32);
    }
}
