package io.baton.netty;

import io.baton.spi.BatchLimit;
import io.baton.spi.Snapshot;
import io.netty.channel.EventLoop;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's channels on one loop, and how they leave it for another process. What can move is given at once. What cannot is looked at
 * again when it has flushed something: then it leaves epoll at once, before its client's next request makes it busy again, and waits to be fetched.
 * Event loop only.
 */
final class LoopChannels {
    private static final Logger LOG = LoggerFactory.getLogger(LoopChannels.class);

    /** One that waits and is not fetched goes on: the other side takes no more at the moment. */
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A channel may become movable without a flush. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final EventLoop loop;
    private final ChannelState state;
    private final Runnable wake;
    private final Set<TrackedChannel> channels = new HashSet<>();
    private final ArrayDeque<TrackedChannel> queue = new ArrayDeque<>();

    /** Quiesced, and nobody has asked for them yet. */
    private final ArrayDeque<ChannelDeparture> waiting = new ArrayDeque<>();

    /** The one at hand, or 0. */
    private long handover;

    /** So many more would have been taken, had there been any. */
    private int wanted;

    private boolean lookingAgain;
    private boolean expiring;
    private boolean lossTold;

    /** @param wake called when there is one to fetch; never blocks */
    LoopChannels(EventLoop loop, ChannelState state, Runnable wake) {
        this.loop = loop;
        this.state = state;
        this.wake = wake;
    }

    EventLoop loop() {
        return loop;
    }

    ChannelState state() {
        return state;
    }

    void opened(TrackedChannel tracked) {
        channels.add(tracked);
        if (handover != 0) {
            enqueue(tracked);
            wake.run();
        }
    }

    void closed(TrackedChannel tracked) {
        channels.remove(tracked);
    }

    private void enqueue(TrackedChannel tracked) {
        if (!tracked.queued) {
            tracked.queued = true;
            tracked.busy = false;
            queue.add(tracked);
        }
    }

    /**
     * Lets go of some channels, all of which are out of epoll then.
     *
     * @param current number of the handover: what came back in it stays
     */
    List<ChannelDeparture> quiesce(long current, BatchLimit limit) {
        if (handover != current) {
            begin(current);
        }
        List<ChannelDeparture> given = new ArrayList<>();
        BatchLimit left = limit;
        boolean full = left.connections() == 0;
        while (!full) {
            ChannelDeparture next = next();
            if (next == null) {
                break;
            }
            int bytes = next.snapshot().bytes().length;
            if (left.admits(1, bytes)) {
                left = left.minus(1, bytes);
                given.add(next);
                full = left.connections() == 0;
            } else {
                full = true;
                postpone(next, given.isEmpty());
            }
        }
        wanted = full ? 0 : left.connections();
        return given;
    }

    private void postpone(ChannelDeparture departure, boolean fitsNowhere) {
        if (fitsNowhere) {
            comeBack(departure);
            lookLater(departure.tracked());
        } else {
            waiting.addFirst(departure);
            expireLater();
        }
    }

    /** Deregistering is cheapest from the highest fd down. */
    private void begin(long current) {
        end();
        handover = current;
        channels.stream()
                .filter(tracked -> tracked.channel().isOpen())
                .sorted(Comparator.comparingInt(TrackedChannel::fdNumber).reversed())
                .forEach(this::enqueue);
    }

    private @Nullable ChannelDeparture next() {
        for (ChannelDeparture ready = waiting.poll(); ready != null; ready = waiting.poll()) {
            if (ready.tracked().channel().isOpen()) {
                return ready;
            }
            comeBack(ready); // closed meanwhile
        }
        for (TrackedChannel tracked = queue.poll(); tracked != null; tracked = queue.poll()) {
            tracked.queued = false;
            Optional<ChannelDeparture> departure = depart(tracked);
            if (departure.isPresent()) {
                return departure.get();
            }
            lookLater(tracked);
        }
        return null;
    }

    private Optional<ChannelDeparture> depart(TrackedChannel tracked) {
        if (tracked.keptInHandover == handover || !canMove(tracked)) {
            return Optional.empty();
        }
        long quiescedNanos = System.nanoTime();
        tracked.hold();
        Optional<DetachedChannel> detached = DetachedChannel.detach(tracked.channel());
        if (detached.isPresent()) {
            // Flushing may have called handlers.
            Optional<byte[]> bytes =
                    canMove(tracked) && tracked.shut() ? encode(tracked, detached.get()) : Optional.empty();
            if (bytes.isPresent()) {
                Snapshot snapshot = new Snapshot(
                        state.kind(), bytes.get(), List.of(detached.get().fd()));
                return Optional.of(
                        new ChannelDeparture(this, tracked, detached.get(), handover, snapshot, quiescedNanos));
            }
            detached.get().comeBack();
        }
        tracked.letGo();
        return Optional.empty();
    }

    private boolean canMove(TrackedChannel tracked) {
        try {
            return tracked.canMove();
        } catch (RuntimeException e) {
            stays(tracked, e);
            return false;
        }
    }

    private Optional<byte[]> encode(TrackedChannel tracked, DetachedChannel detached) {
        if (detached.unsentBytes() > Snapshot.MAX_BYTES) {
            return Optional.empty(); // less when the client has read some
        }
        try {
            ByteBuffer unsent = ByteBuffer.allocate(detached.unsentBytes());
            detached.copyUnsent(unsent);
            return Optional.of(tracked.snapshot(unsent.array()).encode());
        } catch (BufferOverflowException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            stays(tracked, e);
            return Optional.empty();
        }
    }

    /** Of the server's own code; once for each connection and handover. */
    private void stays(TrackedChannel tracked, RuntimeException e) {
        tracked.keptInHandover = handover;
        LOG.error("connection {} stays, its state cannot be had", tracked.id(), e);
    }

    // --- what could not move

    private void lookLater(TrackedChannel tracked) {
        if (tracked.channel().isOpen() && tracked.keptInHandover != handover) {
            tracked.busy = true;
            if (!lookingAgain) {
                lookingAgain = true;
                var _ = loop.schedule(this::lookAgain, LOOK_AGAIN_NANOS, TimeUnit.NANOSECONDS);
            }
        }
    }

    private void lookAgain() {
        lookingAgain = false;
        if (handover != 0) {
            channels.stream().filter(tracked -> tracked.busy).forEach(this::enqueue);
            if (!queue.isEmpty()) {
                wake.run();
            }
        }
    }

    /** It may be between two requests. */
    void flushed(TrackedChannel tracked) {
        if (handover != 0 && tracked.busy && waiting.size() < wanted) {
            tracked.busy = false; // once
            loop.execute(() -> await(tracked));
        }
    }

    /** Not in its flush, but in a task of its own. */
    private void await(TrackedChannel tracked) {
        if (handover == 0 || tracked.queued) {
            return;
        }
        Optional<ChannelDeparture> departure = waiting.size() < wanted ? depart(tracked) : Optional.empty();
        if (departure.isPresent()) {
            waiting.add(departure.get());
            expireLater();
            wake.run();
        } else {
            lookLater(tracked);
        }
    }

    private void expireLater() {
        if (!expiring) {
            expiring = true;
            var _ = loop.schedule(this::expire, WAIT_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void expire() {
        expiring = false;
        long now = System.nanoTime();
        waiting.removeIf(departure -> {
            boolean expired = now - departure.quiescedNanos() >= WAIT_NANOS;
            if (expired) {
                takeBack(List.of(departure));
            }
            return expired;
        });
        if (!waiting.isEmpty()) {
            expireLater();
        }
    }

    // --- how it ends

    /** It was not taken. */
    void resume(ChannelDeparture departure) {
        departure.tracked().keptInHandover = departure.handover();
        comeBack(departure);
    }

    /** Nobody has waited for them, or not long enough: they may be asked for again. */
    void takeBack(List<ChannelDeparture> departures) {
        for (ChannelDeparture departure : departures) {
            comeBack(departure);
            if (handover != 0 && departure.tracked().channel().isOpen()) {
                enqueue(departure.tracked());
            }
        }
    }

    private static void comeBack(ChannelDeparture departure) {
        departure.detached().comeBack();
        departure.tracked().letGo();
    }

    /** It has a new owner. */
    void release(ChannelDeparture departure) {
        int lost = departure.tracked().moved();
        if (lost > 0 && !lossTold) {
            lossTold = true; // once in a handover
            LOG.warn(
                    "connection {}: {} messages were written while it moved, and not sent; more such are not told",
                    departure.id(),
                    lost);
        }
        departure.detached().leave();
    }

    /** No more is asked for in this handover. */
    void end() {
        handover = 0;
        wanted = 0;
        lossTold = false;
        waiting.forEach(LoopChannels::comeBack);
        waiting.clear();
        queue.clear();
        channels.forEach(tracked -> {
            tracked.queued = false;
            tracked.busy = false;
        });
    }
}
