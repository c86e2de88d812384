package io.baton;

import io.baton.spi.ConnectionKind;
import java.util.List;

/**
 * A message of Baton's own handover channel; docs/protocol.md has the schema and says who sends what when. Offers and their answers go
 * either way: from parent to child, and back in a rollback.
 */
sealed interface HandoverMessage {
    /** Spoken here. The lower of the two sides' versions is spoken by both. */
    int VERSION = 1;

    int MAX_CONNECTIONS = 64;
    int MAX_KINDS = 64;
    int MAX_HEIRLOOMS = 16;
    int MAX_TEXT_BYTES = 512;

    /** The kind of connections that a side takes, in the versions that it reads. */
    record Kind(String name, int oldest, int newest) {
        boolean reads(ConnectionKind kind) {
            return name.equals(kind.name()) && oldest <= kind.version() && kind.version() <= newest;
        }
    }

    /** Child to parent, the first: who I am, and what I take. */
    record Hello(int version, RestartEpoch epoch, List<Kind> adopts, int fdBudget) implements HandoverMessage {}

    /** Parent to child, in answer: what I take back, how many connections there are to move, and what I leave to you. */
    record Welcome(int version, List<Kind> adopts, int fdBudget, int movable, List<Left> heirlooms)
            implements HandoverMessage {}

    /** What an {@link io.baton.spi.Heirloom} gave. */
    @SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
    record Left(String name, byte[] bytes) {
        /** May be a secret. */
        @Override
        public String toString() {
            return "Left[%s, %d bytes]".formatted(name, bytes.length);
        }
    }

    /** Parent to child, in answer: not with you. The connections then stay, and drain. */
    record Refuse(String reason) implements HandoverMessage {}

    /** Child to parent: begin to offer. */
    record Ready() implements HandoverMessage {}

    /**
     * Quiesced connections; their fds ride beside the message (SCM_RIGHTS), in the order of the connections.
     *
     * @param batch counted from 1 by the side that offers
     * @param quiescedNanos on CLOCK_MONOTONIC, which is the same in both processes: when the oldest of them paused
     */
    record Offer(long batch, long quiescedNanos, List<Offered> connections) implements HandoverMessage {
        int fds() {
            return connections.stream().mapToInt(Offered::fds).sum();
        }
    }

    /**
     * One connection of a batch.
     *
     * @param id counted from 1 by the side that offers, over all its batches
     * @param fds how many of the message's fds are its own
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
    record Offered(long id, ConnectionKind kind, int fds, byte[] snapshot) {}

    /**
     * The connections of a batch that are the sender's from now on, said before it touches them, and those that are not.
     *
     * @param fdBudget how many fds it can take now; offers still on their way are to be taken off
     */
    record Accepted(long batch, List<Long> ids, List<Refused> refused, int fdBudget) implements HandoverMessage {}

    /** One that was not taken over. */
    record Refused(long id, String why) {}

    /** From the side that offers: nothing more can move now, and so many connections are left. */
    record Exhausted(long left) implements HandoverMessage {}

    /** Child to parent: the point of no return; stop accepting. */
    record Commit() implements HandoverMessage {}

    /** Parent to child: I have, with so many connections left. */
    record Committed(long left) implements HandoverMessage {}

    /** Child to parent: I give everything back; offers that I have not answered are not taken. */
    record Rollback(String reason) implements HandoverMessage {}

    /** Either way: how many fds I can take now, after there were too few. */
    record Budget(int fds) implements HandoverMessage {}

    /** From the side that offers: my last connection has left, {@code drained} of them by themselves. */
    record Bye(long drained) implements HandoverMessage {}

    /** From a side that lives and closes the channel: what you accept from here on is not yours. */
    record Abandon(String reason) implements HandoverMessage {}

    /** A later version's. */
    record Unknown(int field) implements HandoverMessage {}
}
