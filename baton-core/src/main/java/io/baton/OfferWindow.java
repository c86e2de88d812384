package io.baton;

import io.baton.spi.MigratableConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The connections that were offered and whose owner is not known yet: batches, oldest first, answered in that order. Each connection
 * that enters leaves once, as accepted, as refused, or when all is {@linkplain #abandon abandoned}. No I/O; for one thread at a time.
 */
final class OfferWindow {
    /** Full speed and the smallest pause, as measured: waking an idle core costs as much as a batch. */
    static final int MAX_BATCHES = 4;

    private final Deque<Batch> batches = new ArrayDeque<>();
    private long lastBatch;
    private long lastId;
    private int fds;

    /** A batch on its way. */
    record Batch(long number, long firstId, List<MigratableConnection> connections, int fds, long offeredNanos) {
        Batch {
            connections = List.copyOf(connections);
        }
    }

    /** What became of a batch. */
    record Settled(long offeredNanos, List<MigratableConnection> accepted, List<Refusal> refused) {}

    /** One that stays ours. */
    record Refusal(MigratableConnection connection, String why) {}

    boolean isFull() {
        return batches.size() >= MAX_BATCHES;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** Of all batches on their way. */
    int fds() {
        return fds;
    }

    int connections() {
        return batches.stream().mapToInt(batch -> batch.connections().size()).sum();
    }

    /** When the oldest batch was offered. */
    OptionalLong oldestNanos() {
        Batch oldest = batches.peekFirst();
        return oldest == null ? OptionalLong.empty() : OptionalLong.of(oldest.offeredNanos());
    }

    /** Numbers a batch. It is not in the window before it has been {@linkplain #sent sent}; until then nobody can answer it. */
    Batch next(List<MigratableConnection> connections, long nowNanos) {
        if (isFull()) {
            throw new IllegalStateException("%d batches are on their way already".formatted(MAX_BATCHES));
        }
        lastBatch++;
        long firstId = lastId + 1;
        lastId += connections.size();
        int count = connections.stream()
                .mapToInt(connection -> connection.snapshot().fds().size())
                .sum();
        return new Batch(lastBatch, firstId, connections, count, nowNanos);
    }

    void sent(Batch batch) {
        batches.addLast(batch);
        fds += batch.fds();
    }

    /**
     * Takes the oldest batch out. A connection that the answer does not name was not accepted: nobody touches what he has not accepted.
     *
     * @throws HotRestartException when the answer is for another batch; nothing is settled then
     */
    Settled settle(HandoverMessage.Accepted answer) throws HotRestartException {
        Batch batch = batches.peekFirst();
        if (batch == null || batch.number() != answer.batch()) {
            throw new HotRestartException("the other side answers batch %d, expected %s"
                    .formatted(answer.batch(), batch == null ? "nothing" : batch.number()));
        }
        batches.removeFirst();
        fds -= batch.fds();
        Set<Long> taken = new HashSet<>(answer.ids());
        Map<Long, String> reasons = new HashMap<>();
        answer.refused().forEach(refused -> reasons.put(refused.id(), refused.why()));
        List<MigratableConnection> accepted = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        long id = batch.firstId();
        for (MigratableConnection connection : batch.connections()) {
            if (taken.contains(id)) {
                accepted.add(connection);
            } else {
                refused.add(new Refusal(connection, reasons.getOrDefault(id, "no reason given")));
            }
            id++;
        }
        return new Settled(batch.offeredNanos(), accepted, refused);
    }

    /** Everything that has no owner but us; the window is empty afterwards. */
    List<MigratableConnection> abandon() {
        List<MigratableConnection> all = new ArrayList<>();
        batches.forEach(batch -> all.addAll(batch.connections()));
        batches.clear();
        fds = 0;
        return all;
    }
}
