package io.baton;

import io.baton.HandoverChannel.Received;
import io.baton.HandoverChannel.Sent;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The child's end of the handover channel: none before the parent has passed it, none after its end. Owns the channel. For one thread at
 * a time.
 */
final class ChildEnd implements AutoCloseable {
    private final Posix posix;
    private @Nullable HandoverChannel channel;

    /** Not used any more, and open as long as this process lives. */
    private @Nullable HandoverChannel left;

    private long heardNanos;

    ChildEnd(Posix posix) {
        this.posix = posix;
    }

    /** Owns {@code passed} from now on. */
    void open(Fd passed) {
        channel = new HandoverChannel(posix, passed);
        heardNanos = System.nanoTime();
    }

    boolean isOpen() {
        return channel != null;
    }

    /** @throws IllegalStateException when there is none */
    HandoverChannel opened() {
        if (channel == null) {
            throw new IllegalStateException("the channel is not open");
        }
        return channel;
    }

    /** To wait for; stays ours. */
    List<Fd> watched() {
        HandoverChannel open = channel;
        return open == null ? List.of() : List.of(open.socket());
    }

    /** Returns when there is something to read, or after {@code patience}; at once without a channel. */
    void await(Duration patience) {
        List<Fd> watched = watched();
        if (!watched.isEmpty()) {
            posix.awaitReadable(watched, patience);
        }
    }

    /** What there is; the caller owns its fds. */
    Received receive() {
        HandoverChannel open = channel;
        Received received = open == null ? new Received.Nothing() : open.receive();
        if (received instanceof Received.Message) {
            heardNanos = System.nanoTime();
        }
        return received;
    }

    /** Since the parent's last message. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardNanos);
    }

    /** Without waiting. */
    Sent send(HandoverMessage message) {
        HandoverChannel open = channel;
        return open == null ? Sent.GONE : open.send(message, List.of());
    }

    /** Says it, waiting so long for room; false when it cannot be said. */
    boolean say(HandoverMessage message, Duration patience) {
        HandoverChannel open = channel;
        return open != null && open.sendFirmly(message, patience);
    }

    void tellWhenLow(FdBudget budget) {
        HandoverChannel open = channel;
        if (open != null) {
            budget.tellWhenLow(open);
        }
    }

    /** Stops using it, but keeps it open until {@link #close}: the parent is to find in it what we have said. */
    void leave() {
        left = channel;
        channel = null;
    }

    /** Ends it, after {@code last} has had its say; does nothing when there is none. */
    void end(Runnable last) {
        HandoverChannel open = channel;
        channel = null;
        if (open != null) {
            try (open) {
                last.run();
            }
        }
    }

    @Override
    public void close() {
        end(() -> {});
        HandoverChannel open = left;
        left = null;
        if (open != null) {
            open.close();
        }
    }
}
