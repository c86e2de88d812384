package io.baton;

import io.baton.HandoverChannel.Received;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import java.util.List;

/** One side that offers and one that adopts, with a real channel between them, moved step by step by the test. */
final class TwoSides implements AutoCloseable {
    static final List<HandoverMessage.Kind> ADOPTS = List.of(new HandoverMessage.Kind("test", 1, 1));

    final Ledger ledger = new Ledger();
    final TestPath parent;
    final TestPath child;
    final Pauses pauses = new Pauses();
    final HandoverChannel parentsEnd;
    final HandoverChannel childsEnd;
    final Offering offering;
    final Adopting adopting;
    boolean parentDead;
    boolean childDead;
    boolean parentsEndClosed;
    boolean childsEndClosed;

    TwoSides(Posix posix, int connections, MigrationOptions options, int fdBudget) {
        this(posix, connections, options, fdBudget, 2);
    }

    TwoSides(Posix posix, int connections, MigrationOptions options, int fdBudget, int fdsEach) {
        parent = new TestPath("parent", ledger, fdsEach).open(connections);
        child = new TestPath("child", ledger, fdsEach);
        FdPair pair = posix.socketPair(SocketType.SEQPACKET);
        parentsEnd = new HandoverChannel(posix, pair.first());
        childsEnd = new HandoverChannel(posix, pair.second());
        offering = new Offering(parentsEnd, List.of(parent), options, ADOPTS, fdBudget, System.nanoTime());
        Migrations migrations = new Migrations();
        migrations.add((io.baton.spi.ConnectionRestorer) child);
        adopting = new Adopting(
                childsEnd,
                migrations,
                new FdBudget(posix),
                pauses,
                new Stats(),
                options.stallTimeout(),
                () -> parentDead);
    }

    Offering.Step offer() {
        return parentDead || parentsEndClosed ? Offering.Step.GONE : offering.turn(System.nanoTime());
    }

    /** The child reads one message and answers; false when there was none. */
    boolean answer() {
        if (childDead || childsEndClosed) {
            return false;
        }
        return switch (childsEnd.receive()) {
            case Received.Nothing() -> false;
            case Received.Ended(String reason) -> {
                childGivesUp();
                yield false;
            }
            case Received.Message message -> {
                if (message.message() instanceof HandoverMessage.Offer offer && !adopting.take(offer, message.fds())) {
                    childGivesUp();
                }
                yield true;
            }
        };
    }

    /** The parent reads one message; false when there was none. */
    boolean learn() throws HotRestartException {
        if (parentDead || parentsEndClosed) {
            return false;
        }
        return switch (parentsEnd.receive()) {
            case Received.Nothing() -> false;
            case Received.Ended(String reason) -> {
                parentGivesUp();
                yield false;
            }
            case Received.Message message -> {
                if (message.message() instanceof HandoverMessage.Accepted accepted) {
                    offering.accepted(accepted);
                } else {
                    parentGivesUp();
                }
                yield true;
            }
        };
    }

    void parentGivesUp() {
        if (!parentDead && !parentsEndClosed) {
            parentsEndClosed = true;
            parentsEnd.send(new HandoverMessage.Abandon("test"), List.of());
            offering.finish();
            parentsEnd.close();
        }
    }

    void childGivesUp() {
        if (!childDead && !childsEndClosed) {
            childsEndClosed = true;
            childsEnd.send(new HandoverMessage.Abandon("test"), List.of());
            childsEnd.close();
        }
    }

    void parentDies() {
        if (!parentDead) {
            parentDead = true;
            parent.die();
            if (!parentsEndClosed) {
                parentsEnd.close();
            }
            parentsEndClosed = true;
        }
    }

    void childDies() {
        if (!childDead) {
            childDead = true;
            child.die();
            if (!childsEndClosed) {
                childsEnd.close();
            }
            childsEndClosed = true;
        }
    }

    /** To the end of what both have to say. */
    void run() throws HotRestartException {
        boolean moved = true;
        while (moved) {
            moved = offer() == Offering.Step.GOING && !parentsEndClosed && !childsEndClosed;
            while (answer()) {}
            while (learn()) {}
        }
    }

    @Override
    public void close() {
        parentGivesUp();
        childGivesUp();
        parent.close();
        child.close();
    }
}
