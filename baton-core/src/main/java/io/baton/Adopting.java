package io.baton;

import io.baton.posix.Fd;
import io.baton.spi.RestoreException;
import io.baton.spi.RestoredConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side that takes connections over: builds them, says so, and only then touches them. For one thread at a time, except the count.
 */
final class Adopting {
    private static final Logger LOG = LoggerFactory.getLogger(Adopting.class);

    private final HandoverChannel channel;
    private final Migrations migrations;
    private final FdBudget budget;
    private final Pauses pauses;
    private final Stats stats;
    private final Duration patience;
    private final BooleanSupplier peerEnded;
    private final AtomicLong adopted = new AtomicLong();

    /** By kind, of which there are as many as restorers. */
    private final Map<String, Counter> counters = new HashMap<>();

    /**
     * @param patience how long an answer may wait for room; less than the other side waits for it
     * @param peerEnded whether the other process is known to have ended; may wait a moment to find out
     */
    Adopting(
            HandoverChannel channel,
            Migrations migrations,
            FdBudget budget,
            Pauses pauses,
            Stats stats,
            Duration patience,
            BooleanSupplier peerEnded) {
        this.channel = channel;
        this.migrations = migrations;
        this.budget = budget;
        this.pauses = pauses;
        this.stats = stats;
        this.patience = patience;
        this.peerEnded = peerEnded;
    }

    /** Restored, and not ours before the other side knows. */
    private record Candidate(HandoverMessage.Offered offered, RestoredConnection connection) {}

    /**
     * Takes an offer over. Owns {@code fds}, of which the offer has announced as many.
     *
     * @return false when the other side lives, or lived to take back what it had offered, and cannot be told: what else it has offered is
     *     not to be had either. When it died before, what it has offered is nobody's but ours
     */
    boolean take(HandoverMessage.Offer offer, List<Fd> fds) {
        List<Candidate> candidates = new ArrayList<>();
        List<HandoverMessage.Refused> refused = new ArrayList<>();
        int from = 0;
        for (HandoverMessage.Offered offered : offer.connections()) {
            List<Fd> its = fds.subList(from, from + offered.fds());
            from += offered.fds();
            try {
                candidates.add(new Candidate(offered, migrations.restore(offered.kind(), offered.snapshot(), its)));
            } catch (RestoreException e) {
                its.forEach(Fd::close);
                refused.add(new HandoverMessage.Refused(offered.id(), String.valueOf(e.getMessage())));
            }
        }
        budget.took(from);
        List<Long> ids =
                candidates.stream().map(candidate -> candidate.offered().id()).toList();
        HandoverMessage answer = new HandoverMessage.Accepted(offer.batch(), ids, refused, budget.available());
        boolean ours = channel.sendFirmly(answer, patience) || (peerEnded.getAsBoolean() && !channel.isAbandoned());
        if (ours) {
            activate(offer, candidates);
        } else {
            LOG.warn("{} connections are the other side's, which cannot be told of them", candidates.size());
            candidates.forEach(candidate -> Guarded.run("discard", candidate.connection()::discard));
        }
        return ours;
    }

    private void activate(HandoverMessage.Offer offer, List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            Guarded.run("activate", candidate.connection()::activate);
            migrated(candidate.offered().kind().name()).add(1);
        }
        pauses.add(System.nanoTime() - offer.quiescedNanos(), candidates.size());
        adopted.addAndGet(candidates.size());
    }

    private Counter migrated(String kind) {
        return counters.computeIfAbsent(kind, name -> stats.counter("baton.connections_migrated." + name));
    }

    /** Any thread. */
    long adopted() {
        return adopted.get();
    }
}
