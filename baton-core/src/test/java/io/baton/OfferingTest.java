package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.HandoverChannel.Received;
import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** One owner for each connection, on both sides of a real channel. */
class OfferingTest {
    private static final MigrationOptions OPTIONS = MigrationOptions.defaults();
    private static final int MANY = 10_000;

    enum Move {
        OFFER,
        ANSWER,
        LEARN,
        PARENT_GIVES_UP,
        CHILD_GIVES_UP,
        PARENT_DIES,
        CHILD_DIES
    }

    @Provide
    Arbitrary<List<Move>> schedules() {
        Arbitrary<Move> work = Arbitraries.of(Move.OFFER, Move.ANSWER, Move.LEARN);
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(12, work), net.jqwik.api.Tuple.of(1, Arbitraries.of(Move.values())))
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 400)
    void whateverHappensWhenAConnectionHasOneOwner(@ForAll("schedules") List<Move> schedule) throws Exception {
        int connections = 37;
        int before = FdCount.now();
        try (TwoSides sides = new TwoSides(Posix.linux(), connections, OPTIONS.withBatch(5), MANY)) {
            for (Move move : schedule) {
                switch (move) {
                    case OFFER -> {
                        if (sides.offer() == Offering.Step.GONE) {
                            sides.parentGivesUp();
                        }
                    }
                    case ANSWER -> sides.answer();
                    case LEARN -> sides.learn();
                    case PARENT_GIVES_UP -> sides.parentGivesUp();
                    case CHILD_GIVES_UP -> sides.childGivesUp();
                    case PARENT_DIES -> sides.parentDies();
                    case CHILD_DIES -> sides.childDies();
                }
            }
            sides.run();
            sides.parentGivesUp();
            while (sides.answer()) {}

            assertThat(sides.ledger.wrongs()).isEmpty();
            boolean diedWithSomeOnTheirWay = sides.parentDead && sides.childsEndClosed;
            if (!diedWithSomeOnTheirWay) {
                assertThat(sides.ledger.owners().values())
                        .allSatisfy(owners -> assertThat(owners).as("one owner").hasSize(1));
            }
            if (!sides.parentDead && !sides.childDead) {
                assertThat(sides.ledger.owners()).as("nothing is lost").hasSize(connections);
            }
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Example
    void allConnectionsMoveInBatchesAndNoFdIsLeaked() throws Exception {
        int before = FdCount.now();
        try (TwoSides sides = new TwoSides(Posix.linux(), 300, OPTIONS, MANY)) {
            sides.run();

            assertThat(sides.ledger.ownedBy("child")).isEqualTo(300);
            assertThat(sides.offering.moved()).isEqualTo(300);
            assertThat(sides.adopting.adopted()).isEqualTo(300);
            assertThat(sides.pauses.count()).isEqualTo(300);
            assertThat(FdCount.now()).as("of each fd one is left").isEqualTo(before + 2 + 600);
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Example
    void atMostFourBatchesAreOnTheirWayAndTheFirstOnesAreSmall() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 1000, OPTIONS, MANY)) {
            sides.offer();
            sides.offer();
            assertThat(sides.ledger.owners().values().stream().filter(java.util.Set::isEmpty))
                    .as("quiesced")
                    .hasSize(4 * 16);
        }
    }

    @Example
    void neverMoreFdsAreOfferedThanTheBudgetHas() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 100, OPTIONS, 51)) {
            assertThat(sides.offer()).isEqualTo(Offering.Step.GOING);
            assertThat(sides.ledger.owners().values().stream().filter(java.util.Set::isEmpty))
                    .hasSize(25);
        }
    }

    @Example
    void offersGoOnWhenTheAnswerHasRoomForMoreFds() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 100, OPTIONS, 51)) {
            sides.run();
            assertThat(sides.ledger.ownedBy("child")).isEqualTo(100);
        }
    }

    @Example
    void aBudgetTooSmallForAnyConnectionEndsTheOffers() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 100, OPTIONS, 1)) {
            assertThat(sides.offer()).isEqualTo(Offering.Step.NOTHING_LEFT);
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(100);
            sides.offering.budget(10);
            assertThat(sides.offer()).isEqualTo(Offering.Step.GOING);
        }
    }

    @Example
    void connectionsWithManyFdsGoInSmallerBatches() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 100, OPTIONS, MANY, 6)) {
            sides.run();
            assertThat(sides.ledger.ownedBy("child")).isEqualTo(100);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void snapshotsThatDoNotFitOneMessageAreSplitOverBatches() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 20, OPTIONS, MANY)) {
            sides.parent.snapshotBytes = 100 * 1024;
            sides.run();
            assertThat(sides.ledger.ownedBy("child")).isEqualTo(20);
        }
    }

    @Example
    void aRefusedConnectionStaysAndIsNotOfferedAgain() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 100, OPTIONS, MANY)) {
            sides.child.refusing = id -> id % 10 == 0;
            sides.run();

            assertThat(sides.ledger.ownedBy("child")).isEqualTo(90);
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(10);
            assertThat(sides.offering.refused()).isEqualTo(10);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void aKindThatTheOtherSideDoesNotReadIsNotOffered() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 10, OPTIONS, MANY)) {
            Offering other = new Offering(
                    sides.parentsEnd,
                    List.of(sides.parent),
                    OPTIONS,
                    List.of(new HandoverMessage.Kind("test", 2, 3), new HandoverMessage.Kind("tset", 1, 1)),
                    MANY,
                    System.nanoTime());
            assertThat(other.turn(System.nanoTime())).isEqualTo(Offering.Step.NOTHING_LEFT);
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(10);
        }
    }

    @Example
    void anAnswerIsReadAfterItsSenderHasDiedWithOffersUnread() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 40, OPTIONS.withBatch(10), MANY)) {
            sides.offer(); // four batches
            sides.answer(); // to one
            sides.childDies(); // the kernel reports a reset first, before the answer

            while (sides.learn()) {}

            assertThat(sides.offering.moved()).isEqualTo(10);
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(30);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void anAnswerThatCameBeforeTheFenceCountsAndNoneComesAfter() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 40, OPTIONS.withBatch(10), MANY)) {
            sides.offer();
            sides.answer();
            sides.parentGivesUp(); // has not read the answer yet
            while (sides.answer()) {}

            assertThat(sides.ledger.ownedBy("child")).isEqualTo(10);
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(30);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void whatWasOfferedByAParentThatDiedIsTakenOver() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 20, OPTIONS.withBatch(5), MANY)) {
            sides.offer();
            sides.parentDies();
            while (sides.answer()) {}

            assertThat(sides.child.live()).isEqualTo(20);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void whatAParentHadTakenBackBeforeItDiedIsLostWithIt() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 20, OPTIONS.withBatch(5), MANY)) {
            sides.offer();
            sides.offering.finish(); // the child has stalled: the parent goes on, and reads and writes
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(20);
            sides.parentDies();
            while (sides.answer()) {}

            assertThat(sides.ledger.ownedBy("child")).isZero();
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void thatItTakesThemBackIsSaidThoughTheChannelIsFull() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 40, OPTIONS.withBatch(10), MANY)) {
            sides.offer();
            while (sides.parentsEnd.send(new HandoverMessage.Budget(1), List.of()) == HandoverChannel.Sent.SENT) {}
            sides.offering.finish();
            sides.parentDies();
            while (sides.answer()) {}

            assertThat(sides.ledger.ownedBy("child")).isZero();
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
    }

    @Example
    void tooManyFdsOnTheirWayAreWaitedOut() throws Exception {
        FaultyPosix faulty = new FaultyPosix(Posix.linux()).fail("sendMessage", Errno.ETOOMANYREFS, 3);
        try (TwoSides sides = new TwoSides(faulty.posix(), 10, OPTIONS, MANY)) {
            assertThat(sides.offer()).isEqualTo(Offering.Step.GOING);
            assertThat(sides.offering.untilNextTurn(System.nanoTime())).isEqualTo(Duration.ofMillis(1));
            sides.run();
            assertThat(sides.ledger.ownedBy("child")).isEqualTo(10);
            assertThat(faulty.calls("sendMessage")).isGreaterThanOrEqualTo(5);
        }
    }

    @Example
    void notForEver() throws Exception {
        FaultyPosix faulty = new FaultyPosix(Posix.linux()).fail("sendMessage", Errno.ETOOMANYREFS, Integer.MAX_VALUE);
        try (TwoSides sides = new TwoSides(faulty.posix(), 10, OPTIONS.withStallTimeout(Duration.ofMillis(50)), MANY)) {
            sides.offer();
            long later = System.nanoTime() + Duration.ofMillis(51).toNanos();
            assertThat(sides.offering.isOverdue(later)).isTrue();
            sides.parentGivesUp();
            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(10);
        }
    }

    @Example
    void aMessageWithoutRoomForItsFdsEndsTheChannelAndLeaksNothing() throws Exception {
        int before = FdCount.now();
        FaultyPosix faulty = new FaultyPosix(Posix.linux());
        try (TwoSides sides = new TwoSides(faulty.posix(), 10, OPTIONS, MANY)) {
            sides.offer();
            faulty.fail("receiveMessage", Errno.EMSGSIZE, 1);
            assertThat(sides.answer()).isFalse();
            assertThat(sides.childsEndClosed).isTrue();
            while (sides.learn()) {}

            assertThat(sides.ledger.ownedBy("parent")).isEqualTo(10);
            assertThat(sides.ledger.wrongs()).isEmpty();
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }

    @Example
    void theRateIsKept() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 1000, OPTIONS.withRatePerSecond(100), MANY)) {
            long now = System.nanoTime();
            for (int ms = 0; ms < 1000; ms += 10) {
                sides.offering.turn(now + ms * 1_000_000L);
                while (sides.answer()) {}
                while (sides.learn()) {}
            }
            assertThat(sides.offering.moved()).isBetween(95L, 115L);
        }
    }

    @Example
    void anAnswerToAnotherBatchIsAnError() throws Exception {
        try (TwoSides sides = new TwoSides(Posix.linux(), 10, OPTIONS, MANY)) {
            sides.offer();
            assertThatThrownBy(() ->
                            sides.offering.accepted(new HandoverMessage.Accepted(7, List.of(1L, 2L), List.of(), MANY)))
                    .isInstanceOf(HotRestartException.class)
                    .hasMessage("the other side answers batch 7, expected 1");
            assertThat(sides.ledger.ownedBy("parent")).as("not resumed by that").isZero();
        }
    }

    @Example
    void aMessageThatLiesAboutItsFdsEndsTheChannel() {
        int before = FdCount.now();
        try (TwoSides sides = new TwoSides(Posix.linux(), 1, OPTIONS, MANY)) {
            sides.parentsEnd.send(
                    new HandoverMessage.Offer(
                            1, 1, List.of(new HandoverMessage.Offered(1, TestPath.KIND, 3, new byte[0]))),
                    List.of(sides.parentsEnd.socket()));
            assertThat(sides.childsEnd.receive())
                    .isEqualTo(new Received.Ended("malformed handover message: announces 3 fds, has 1"));
        }
        assertThat(FdCount.now()).isEqualTo(before);
    }
}
