package io.baton;

import io.baton.HandoverChannel.Sent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A parent's handover channel to one child, from its making to its end, and how far they have come. Owns the channel. For one thread at a time. */
final class ParentSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParentSession.class);

    /** For event loops to close what the child has accepted; it waits longer for our Committed. */
    private static final Duration LETTING_GO = Duration.ofMillis(500);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    final HandoverChannel channel;
    final long pid;

    /** Connections on their way to the child, from its Ready to a rollback. */
    @Nullable
    Offering offering;

    /** Connections on their way back, in a rollback. */
    @Nullable
    Adopting adopting;

    List<HandoverMessage.Kind> adopts = List.of();
    int fdBudget;
    /** How far it may go; all the way unless an operator leads it. */
    HandoverPace pace = HandoverPace.COMMIT;

    /** What the child has introduced itself with; null before. */
    HandoverMessage.@Nullable Hello greeting;

    boolean welcomed;
    boolean exhaustedSaid;
    boolean committed;
    boolean byeSaid;

    ParentSession(HandoverChannel channel, long pid) {
        this.channel = channel;
        this.pid = pid;
    }

    /** Without waiting; false when it was not said. */
    boolean say(HandoverMessage message) {
        return channel.send(message, List.of()) == Sent.SENT;
    }

    /** Waits a moment until the data path has let go of what the child has accepted: until then it counts that as its own. */
    void awaitLetGo() {
        Offering accepted = offering;
        if (accepted == null) {
            return;
        }
        long deadline = System.nanoTime() + LETTING_GO.toNanos();
        boolean letGo;
        do {
            letGo = accepted.hasLetGo();
            RpcStream.pause(
                    LOOK_AGAIN); // once more behind the last: a data path counts it right after it has closed it
        } while (!letGo && System.nanoTime() - deadline < 0);
        if (!letGo) {
            LOG.info(
                    "connections that have moved are still open here after {}: they may be counted as drained",
                    LETTING_GO);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
