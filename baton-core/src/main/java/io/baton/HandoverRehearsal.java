package io.baton;

import io.baton.HandoverChannel.Received;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Moves connections within this process, by the code and the system calls that move them to another: both sides of the handover channel,
 * with a real socket pair between them. Cold, that code pauses connections longer than anything else in a handover.
 */
public final class HandoverRehearsal {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private HandoverRehearsal() {}

    /**
     * Moves what {@code from} can give now to {@code to}, in the calling thread.
     *
     * @return how many connections have moved
     * @throws IllegalStateException when they do not all move within 5 s; each of them has one owner all the same
     */
    public static int move(Posix posix, ConnectionSource from, ConnectionRestorer to) {
        return measure(posix, from, to).connections();
    }

    /**
     * What a move took.
     *
     * @param pauseP50 of the connections' pauses, each from its quiescence to its activation as asked for
     */
    public record Moved(int connections, Duration took, Duration pauseP50, Duration pauseP99, Duration pauseMax) {}

    /** As {@link #move}, measured. */
    public static Moved measure(Posix posix, ConnectionSource from, ConnectionRestorer to) {
        Migrations migrations = new Migrations();
        migrations.add(to);
        FdPair pair = posix.socketPair(SocketType.SEQPACKET);
        try (HandoverChannel offers = new HandoverChannel(posix, pair.first());
                HandoverChannel adopts = new HandoverChannel(posix, pair.second())) {
            FdBudget budget = new FdBudget(posix);
            Pauses pauses = new Pauses();
            long start = System.nanoTime();
            MigrationOptions options = MigrationOptions.defaults();
            Offering offering = new Offering(
                    offers, List.of(from), options, migrations.adopted(), budget.available(), System.nanoTime());
            Adopting adopting =
                    new Adopting(adopts, migrations, budget, pauses, new Stats(), options.stallTimeout(), () -> false);
            try {
                run(offers, adopts, offering, adopting);
            } finally {
                offering.finish();
            }
            return new Moved(
                    (int) offering.moved(),
                    Duration.ofNanos(System.nanoTime() - start),
                    pauses.quantile(0.5),
                    pauses.quantile(0.99),
                    pauses.max());
        }
    }

    private static void run(HandoverChannel offers, HandoverChannel adopts, Offering offering, Adopting adopting) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (offering.turn(System.nanoTime()) == Offering.Step.GOING) {
            for (Optional<Received.Message> message = read(adopts); message.isPresent(); message = read(adopts)) {
                if (message.get().message() instanceof HandoverMessage.Offer offer) {
                    adopting.take(offer, message.get().fds());
                }
            }
            for (Optional<Received.Message> message = read(offers); message.isPresent(); message = read(offers)) {
                if (message.get().message() instanceof HandoverMessage.Accepted accepted) {
                    learn(offering, accepted);
                }
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new IllegalStateException("connections do not move within " + PATIENCE);
            }
        }
    }

    private static Optional<Received.Message> read(HandoverChannel end) {
        return switch (end.receive()) {
            case Received.Nothing() -> Optional.empty();
            case Received.Message message -> Optional.of(message);
            case Received.Ended(String reason) -> throw new IllegalStateException(reason);
        };
    }

    private static void learn(Offering offering, HandoverMessage.Accepted accepted) {
        try {
            offering.accepted(accepted);
        } catch (HotRestartException e) {
            throw new IllegalStateException(e);
        }
    }
}
