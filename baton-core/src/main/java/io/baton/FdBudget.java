package io.baton;

import io.baton.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many fds this process can take: its limit, less those in use, less a reserve for what it opens meanwhile. A receiver out of fd
 * slots loses the rest of a message's without a word (MSG_CTRUNC), so the other side must never send more. For one thread at a time.
 */
final class FdBudget {
    private static final Logger LOG = LoggerFactory.getLogger(FdBudget.class);
    private static final Path OPEN = Path.of("/proc/self/fd");

    /** Connections are accepted meanwhile, each with two fds and pipes on loan. */
    private static final int RESERVE = 256;

    /** Below it the other side may be waiting for more. */
    private static final int LOW = 1024;

    private static final long TELL_NANOS = 500_000_000L;
    private static final long FRESH_NANOS = 20_000_000L;

    private final Posix posix;
    private long countedNanos;
    private long toldNanos;
    private long free;
    private boolean counted;

    FdBudget(Posix posix) {
        this.posix = posix;
    }

    /** Zero or more. Counted again every now and then, and {@link #took} in between. */
    int available() {
        long now = System.nanoTime();
        if (!counted || now - countedNanos >= FRESH_NANOS) {
            free = posix.openFileLimit().soft() - open();
            countedNanos = now;
            counted = true;
        }
        return Math.clamp(free - RESERVE, 0, Integer.MAX_VALUE);
    }

    /** So many have arrived. */
    void took(int fds) {
        free -= fds;
    }

    /** Tells the other side, now and then, while it may be waiting for more than there was. */
    void tellWhenLow(HandoverChannel channel) {
        long now = System.nanoTime();
        if (now - toldNanos < TELL_NANOS) {
            return;
        }
        toldNanos = now;
        if (available() < LOW) { // else what was said last is enough
            channel.send(new HandoverMessage.Budget(available()), List.of());
        }
    }

    private static long open() {
        try {
            long size = Files.size(OPEN); // their number, since Linux 6.2; 0 before
            return size > 0 ? size : count();
        } catch (IOException e) {
            LOG.warn("open fds cannot be counted, so no connection is taken over: {}", e.toString());
            return Long.MAX_VALUE / 2;
        }
    }

    private static long count() throws IOException {
        try (Stream<Path> entries = Files.list(OPEN)) {
            return entries.count();
        }
    }
}
