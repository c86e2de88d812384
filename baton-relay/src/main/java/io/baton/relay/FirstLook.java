package io.baton.relay;

import static io.baton.posix.PollCalls.EPOLLERR;
import static io.baton.posix.PollCalls.EPOLLET;
import static io.baton.posix.PollCalls.EPOLLHUP;
import static io.baton.posix.PollCalls.EPOLLIN;
import static io.baton.posix.PollCalls.EPOLLRDHUP;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.StreamCalls;
import io.baton.relay.FirstBytesRouter.Decision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Finds out where a client's connection goes, if need be from what the client says first. Takes none of it from the socket, so whoever
 * gets the connection, an endpoint or another process, sees all of it. Loop thread only.
 */
final class FirstLook {
    private static final int AGAIN = -Errno.EAGAIN.number();

    /** Edge-triggered: level-triggered, the beginning of a hello would be told of without end while the rest is still to come. */
    private static final int MORE = EPOLLIN | EPOLLRDHUP | EPOLLET;

    private final Posix posix;
    private final Epoll epoll;
    private final TimerWheel wheel;
    private MemorySegment buffer = MemorySegment.NULL; // until there is a listener that needs one

    /** What a look came to. */
    sealed interface Outcome {
        /** The loop comes back when there is more, or the time is up. */
        record Wait() implements Outcome {}

        record Go(Target target) implements Outcome {}

        record End(ConnectionOutcome how) implements Outcome {}
    }

    FirstLook(LoopParts parts) {
        this.posix = parts.posix();
        this.epoll = parts.epoll();
        this.wheel = parts.wheel();
    }

    /** @param events of the client's socket, 0 when none is known of */
    Outcome at(Connection connection, int events) {
        return switch (connection.route.routing()) {
            case Routing.Fixed(Destination destination) -> new Outcome.Go(connection.route.target(destination));
            case Routing.ByFirstBytes rule -> peek(connection, rule, events);
        };
    }

    private Outcome peek(Connection connection, Routing.ByFirstBytes rule, int events) {
        boolean broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
        boolean ended = broken || (events & EPOLLRDHUP) != 0;
        // What was said before a reset can still be read: only the socket's error tells.
        if (broken && posix.takeSocketError(connection.client.number) != 0) {
            return new Outcome.End(ConnectionOutcome.CLIENT_RESET);
        }
        int seen = posix.receive(connection.client.number, bufferFor(rule), rule.maxBytes(), StreamCalls.MSG_PEEK);
        if (seen == AGAIN) {
            return await(connection, rule);
        }
        if (seen <= 0) {
            // Who leaves without a word wanted nothing: a probe of a load balancer, most likely.
            return new Outcome.End(seen == 0 ? ConnectionOutcome.COMPLETED : ConnectionOutcome.CLIENT_RESET);
        }
        return switch (rule.router()
                .decide(buffer.asSlice(0, seen).asByteBuffer().asReadOnlyBuffer())) {
            case Decision.Go(Destination destination) -> new Outcome.Go(connection.route.target(destination));
            case Decision.Refuse() -> new Outcome.End(ConnectionOutcome.NO_ROUTE);
            case Decision.NeedMore()
            when ended || seen == rule.maxBytes() -> new Outcome.End(ConnectionOutcome.NO_ROUTE);
            case Decision.NeedMore() -> await(connection, rule);
        };
    }

    private Outcome await(Connection connection, Routing.ByFirstBytes rule) {
        if (!epoll.update(connection.client, MORE)) {
            return new Outcome.End(ConnectionOutcome.CUT);
        }
        wheel.arm(connection.timer, deadlineNanos(connection, rule));
        return new Outcome.Wait();
    }

    /** Whether a connection has waited for as long as it may. */
    boolean isOverdue(Connection connection, long nowNanos) {
        return connection.route.routing() instanceof Routing.ByFirstBytes rule
                && nowNanos - deadlineNanos(connection, rule) >= 0;
    }

    /** From accept on, in whatever process that was. */
    private static long deadlineNanos(Connection connection, Routing.ByFirstBytes rule) {
        return connection.startedNanos + rule.timeout().toNanos();
    }

    private MemorySegment bufferFor(Routing.ByFirstBytes rule) {
        if (buffer.byteSize() < rule.maxBytes()) {
            buffer = Arena.ofAuto().allocate(rule.maxBytes(), RelayOptions.PAGE_BYTES);
        }
        return buffer;
    }
}
