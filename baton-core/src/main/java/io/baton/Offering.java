package io.baton;

import io.baton.HandoverChannel.Sent;
import io.baton.posix.Fd;
import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side that gives connections away: quiesces a batch, offers it, and learns from the answer who owns what. Whatever it has quiesced
 * it resumes or releases, once. For one thread at a time, except the counts.
 */
final class Offering {
    private static final Logger LOG = LoggerFactory.getLogger(Offering.class);

    /** A source whose loop does not answer by then has nothing to give now. */
    private static final Duration QUIESCE_PATIENCE = Duration.ofSeconds(1);

    private static final Duration RETRY = Duration.ofMillis(1);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final int OFFER_BYTES = HandoverChannel.MAX_DATAGRAM_BYTES - HandoverChannel.OFFER_OVERHEAD_BYTES;

    /** New connections come while the old ones go: somewhere the first round must end. */
    private static final int LATECOMERS = 64;

    /** More than there can be answers on their way. */
    private static final int MAX_LAST_MESSAGES = 64;

    /** As many as all batches on their way have. */
    private static final int MAX_LEAVING = OfferWindow.MAX_BATCHES * HandoverMessage.MAX_CONNECTIONS;

    private static final int MAX_LOGGED_REFUSALS = 20;

    private final HandoverChannel channel;
    private final List<ConnectionSource> sources;
    private final MigrationOptions options;
    private final OfferWindow window = new OfferWindow();
    private final BatchPace batchPace;
    private final long firstRound;
    private int fdBudget;
    private Optional<OfferWindow.Batch> unsent = Optional.empty();
    private long nextOfferNanos;
    private boolean movable = true;

    /** What is on its way takes all that the other side had room for; its answer says how much there is then. */
    private boolean shortOfFds;

    /** An fd of each of the last connections accepted, closed or not. Event loops let go of them in the order in which they are told. */
    private final Deque<Fd> leaving = new ArrayDeque<>();

    private long offered;
    private final AtomicLong moved = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /**
     * @param adopts what the other side takes; sources of other kinds keep their connections
     * @param fdBudget how many fds it can take
     */
    Offering(
            HandoverChannel channel,
            List<ConnectionSource> sources,
            MigrationOptions options,
            List<HandoverMessage.Kind> adopts,
            int fdBudget,
            long nowNanos) {
        this.channel = channel;
        this.sources = sources.stream()
                .filter(source -> adopts.stream().anyMatch(kind -> kind.reads(source.kind())))
                .toList();
        this.options = options;
        this.fdBudget = fdBudget;
        this.batchPace = new BatchPace(options.batch(), nowNanos);
        this.nextOfferNanos = nowNanos;
        this.firstRound = movableConnections();
    }

    enum Step {
        /** There is more to do: an answer to wait for, or the next offer. */
        GOING,
        /** Nothing can move now, and nothing is on its way. */
        NOTHING_LEFT,
        /** The other side takes nothing any more. */
        GONE
    }

    /** Offers what may be offered now, without waiting for the other side. */
    Step turn(long nowNanos) {
        if (unsent.isPresent() && !send(unsent.get())) {
            return Step.GONE;
        }
        while (unsent.isEmpty() && movable && !window.isFull() && nowNanos - nextOfferNanos >= 0) {
            List<MigratableConnection> batch = quiesce();
            if (batch.isEmpty()) {
                movable = false;
                break;
            }
            offered += batch.size();
            pace(batch.size(), nowNanos);
            if (!send(window.next(batch, System.nanoTime()))) {
                return Step.GONE;
            }
        }
        return movable || !window.isEmpty() || unsent.isPresent() ? Step.GOING : Step.NOTHING_LEFT;
    }

    /** A connection may have become movable. */
    void lookAgain() {
        movable = true;
    }

    private void pace(int connections, long nowNanos) {
        if (options.ratePerSecond() > 0) {
            nextOfferNanos = Math.max(nextOfferNanos, nowNanos - 1_000_000_000L)
                    + connections * 1_000_000_000L / options.ratePerSecond();
        }
    }

    private int batchSize() {
        int rate = options.ratePerSecond();
        return rate == 0 ? batchPace.size() : Math.clamp(rate / 10, 1, batchPace.size());
    }

    private List<MigratableConnection> quiesce() {
        int fds = Math.min(fdBudget - window.fds(), Snapshot.MAX_FDS);
        shortOfFds = fds < Snapshot.MAX_FDS;
        if (fds <= 0) {
            return List.of();
        }
        BatchLimit limit = new BatchLimit(batchSize(), fds, OFFER_BYTES);
        for (ConnectionSource source : sources) {
            List<MigratableConnection> batch = List.of();
            try {
                batch = source.quiesce(limit, QUIESCE_PATIENCE);
            } catch (RuntimeException e) {
                LOG.error("{} connections cannot be quiesced", source.kind(), e);
            }
            if (!batch.isEmpty() && isWithin(limit, batch)) {
                return batch;
            }
        }
        return List.of();
    }

    /** A source that gives more than it was asked for gets it back. */
    private static boolean isWithin(BatchLimit limit, List<MigratableConnection> batch) {
        BatchLimit left = limit;
        for (MigratableConnection connection : batch) {
            int fds = connection.snapshot().fds().size();
            int bytes = connection.snapshot().bytes().length;
            if (!left.admits(fds, bytes)) {
                LOG.error("a batch of {} connections exceeds {}; they stay", batch.size(), limit);
                resume(batch);
                return false;
            }
            left = left.minus(fds, bytes);
        }
        return true;
    }

    /** False when the other side is gone; the batch is then abandoned with the others. */
    private boolean send(OfferWindow.Batch batch) {
        List<HandoverMessage.Offered> connections = new ArrayList<>();
        List<Fd> fds = new ArrayList<>();
        long quiesced = Long.MAX_VALUE;
        long id = batch.firstId();
        for (MigratableConnection connection : batch.connections()) {
            Snapshot snapshot = connection.snapshot();
            connections.add(new HandoverMessage.Offered(
                    id++, snapshot.kind(), snapshot.fds().size(), snapshot.bytes()));
            fds.addAll(snapshot.fds());
            quiesced = Math.min(quiesced, connection.quiescedNanos());
        }
        unsent = Optional.of(batch);
        Sent sent = channel.send(new HandoverMessage.Offer(batch.number(), quiesced, connections), fds);
        if (sent == Sent.SENT) {
            unsent = Optional.empty();
            window.sent(batch);
        }
        return sent != Sent.GONE;
    }

    /**
     * Learns who owns a batch.
     *
     * @throws HotRestartException when that cannot be: the channel is of no use any more
     */
    void accepted(HandoverMessage.Accepted answer) throws HotRestartException {
        OfferWindow.Settled settled = window.settle(answer);
        fdBudget = answer.fdBudget();
        movable |= shortOfFds;
        batchPace.answered(settled.offeredNanos(), System.nanoTime());
        settled.accepted().forEach(this::release);
        moved.addAndGet(settled.accepted().size());
        for (OfferWindow.Refusal refusal : settled.refused()) {
            if (refused.getAndIncrement() < MAX_LOGGED_REFUSALS) {
                LOG.warn(
                        "connection {} of kind {} stays, the other side says: {}",
                        refusal.connection().id(),
                        refusal.connection().snapshot().kind(),
                        refusal.why());
            }
            Guarded.run("resume", refusal.connection()::resume);
        }
    }

    private void release(MigratableConnection connection) {
        leaving.addAll(connection.snapshot().fds().stream().limit(1).toList());
        if (leaving.size() > MAX_LEAVING) {
            leaving.removeFirst();
        }
        Guarded.run("released", connection::released);
    }

    /** Whether the data path has closed its duplicates of the last connections that the other side has accepted. */
    boolean hasLetGo() {
        leaving.removeIf(Fd::isClosed);
        return leaving.isEmpty();
    }

    /** The other side can take so many fds now. */
    void budget(int fds) {
        fdBudget = fds;
        movable = true;
    }

    /** Whether the other side has taken too long over an answer. */
    boolean isOverdue(long nowNanos) {
        OptionalLong oldest = unsent.isPresent() ? OptionalLong.of(unsent.get().offeredNanos()) : OptionalLong.empty();
        if (window.oldestNanos().isPresent()) {
            oldest = window.oldestNanos();
        }
        return oldest.isPresent()
                && nowNanos - oldest.getAsLong() >= options.stallTimeout().toNanos();
    }

    /** Whether all have been offered that were there at the beginning, and a few more. */
    boolean firstRoundIsOver() {
        return offered >= firstRound + firstRound / 4 + LATECOMERS;
    }

    /** No more offers after those on their way. */
    void pause() {
        movable = false;
        shortOfFds = false;
    }

    Duration untilNextTurn(long nowNanos) {
        if (unsent.isPresent()) {
            return RETRY;
        }
        if (movable && !window.isFull()) {
            return Duration.ofNanos(Math.clamp(nextOfferNanos - nowNanos, 0, IDLE.toNanos()));
        }
        return IDLE;
    }

    /** What has no answer is ours, and goes on. To be called when no answer can come any more: see {@link HandoverChannel#fence}. */
    void abandon() {
        resume(window.abandon());
        unsent.ifPresent(batch -> resume(batch.connections()));
        unsent = Optional.empty();
        pause();
    }

    private static void resume(List<MigratableConnection> connections) {
        connections.forEach(connection -> Guarded.run("resume", connection::resume));
    }

    /**
     * What was offered stays offered, and is not ours any more, though nobody may ever answer: for a process that ends, and whose other
     * side has only stalled. What was not sent goes on here.
     */
    void leave() {
        window.abandon().forEach(connection -> Guarded.run("released", connection::released));
        abandon();
        end();
    }

    /**
     * The end of the channel: what was answered before counts, what was not is ours. The other side is told first: else it might, when
     * it reads the offers at last and finds us dead by then, go on with what we had gone on with.
     */
    void finish() {
        if (!isIdle() && channel.sendAtAnyRate(new HandoverMessage.Abandon("offers are taken back")) == Sent.LATER) {
            LOG.warn("there is no room to say that offers are taken back");
        }
        channel.fence();
        for (int i = 0; i < MAX_LAST_MESSAGES; i++) {
            if (!(channel.receive() instanceof HandoverChannel.Received.Message last)) {
                break;
            }
            last.closeFds();
            if (last.message() instanceof HandoverMessage.Accepted accepted) {
                try {
                    accepted(accepted);
                } catch (HotRestartException e) {
                    LOG.warn("a last answer is ignored: {}", e.getMessage());
                }
            }
        }
        abandon();
        end();
    }

    /** After {@link #abandon}, or with nothing on its way: the sources may offer again, next time. */
    void end() {
        sources.forEach(source -> Guarded.run("handoverEnded", source::handoverEnded));
    }

    boolean isIdle() {
        return window.isEmpty() && unsent.isEmpty();
    }

    /** Any thread. */
    long moved() {
        return moved.get();
    }

    /** Any thread. */
    long refused() {
        return refused.get();
    }

    /** Connections that might still move. Any thread. */
    long movableConnections() {
        return sources.stream().mapToLong(ConnectionSource::movable).sum();
    }
}
