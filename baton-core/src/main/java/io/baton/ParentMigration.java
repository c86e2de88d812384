package io.baton;

import io.baton.HandoverChannel.Received;
import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parent's end of the handover channel: offers connections to the child, takes them back in a rollback. What the child does not
 * accept stays here, whatever becomes of it. All on the parent role's thread, except the counts.
 */
final class ParentMigration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParentMigration.class);
    private static final int MAX_MESSAGES_PER_TURN = 64;

    /** From a closed channel to the end of the process that closed it by ending. */
    private static final Duration ENDING = Duration.ofSeconds(2);

    private final Posix posix;
    private final HotRestartOptions options;
    private final Migrations migrations;
    private final Stats stats;
    private final ChildRecord child;
    private final Host host;
    private final Pauses pausesOfReturned = new Pauses();
    private @Nullable ParentSession session;
    private volatile long moved;
    private volatile boolean greeted;

    /** What the parent role does with what the child says here. */
    interface Host {
        HotRestartState state();

        /** The one way to another state; false when the event is refused. */
        boolean offer(HotRestartEvent event);

        /** The child has committed: stop accepting. False when that is refused. */
        boolean commit(long pid);

        void childFailed(HotRestartEvent.ChildFailed event);

        long connections();

        /** Of those that there were when we stopped accepting, those that have not moved since. */
        long stayed();
    }

    ParentMigration(
            Posix posix, HotRestartOptions options, Migrations migrations, Stats stats, ChildRecord child, Host host) {
        this.posix = posix;
        this.options = options;
        this.migrations = migrations;
        this.stats = stats;
        this.child = child;
        this.host = host;
    }

    /** Opens a channel to the child. The result is its end, which the caller owns. */
    Fd open(long pid) {
        lost("the child has asked for another channel");
        FdPair pair = posix.socketPair(SocketType.SEQPACKET);
        try {
            session = new ParentSession(new HandoverChannel(posix, pair.first()), pid);
            return pair.second();
        } catch (RuntimeException e) {
            pair.close();
            throw e;
        }
    }

    /** Uses the channel that a child of ours has inherited. */
    void open(StartedChild started) {
        lost("another child was started");
        ParentSession open = new ParentSession(new HandoverChannel(posix, started.channel()), started.pid());
        open.pace = started.pace();
        session = open;
    }

    /** How far the child may go. Does nothing without one. */
    void setPace(HandoverPace pace) {
        ParentSession open = session;
        if (open == null || open.committed) {
            LOG.info("there is no handover that could {}", pace.name().toLowerCase(Locale.ROOT));
            return;
        }
        open.pace = pace;
        welcome(open);
        if (open.offering != null && pace != HandoverPace.HOLD) {
            open.offering.lookAgain();
        }
    }

    /** Whether nothing is due from the child before somebody here says how it goes on. */
    boolean waitsForOperator() {
        ParentSession open = session;
        return open != null && open.greeting != null && open.pace != HandoverPace.COMMIT && open.adopting == null;
    }

    /** From now on {@link #greeted} is for the next child. Any thread. */
    void awaitGreeting() {
        greeted = false;
    }

    /** Whether the last child has said Hello. Any thread. */
    boolean greeted() {
        return greeted;
    }

    /** To wait for; stays ours. */
    Optional<Fd> socket() {
        return Optional.ofNullable(session).map(open -> open.channel.socket());
    }

    Duration untilNextTurn() {
        ParentSession open = session;
        return open == null || open.offering == null
                ? Duration.ofMinutes(1)
                : open.offering.untilNextTurn(System.nanoTime());
    }

    void turn() {
        try {
            read();
            ParentSession open = session;
            if (open != null && open.offering != null) {
                offer(open, open.offering);
            }
        } catch (RuntimeException e) {
            LOG.error("the migration has failed", e);
            giveUp("internal error: " + e);
        }
    }

    private void read() {
        for (int i = 0; i < MAX_MESSAGES_PER_TURN; i++) {
            ParentSession open = session;
            if (open == null) {
                return;
            }
            switch (open.channel.receive()) {
                case Received.Nothing() -> {
                    return;
                }
                case Received.Ended(String reason) -> lost(reason);
                case Received.Message message -> {
                    child.lives();
                    handle(open, message);
                }
            }
        }
    }

    private void handle(ParentSession open, Received.Message received) {
        switch (received.message()) {
            case HandoverMessage.Hello hello -> greet(open, hello);
            case HandoverMessage.Ready ignored -> begin(open);
            case HandoverMessage.Accepted accepted -> accepted(open, accepted);
            case HandoverMessage.Commit ignored -> commit(open);
            case HandoverMessage.Rollback(String reason) -> rollBack(open, reason);
            case HandoverMessage.Offer offer -> takeBack(open, offer, received);
            case HandoverMessage.Budget(int fds) -> {
                if (open.offering != null) {
                    open.offering.budget(fds);
                }
            }
            case HandoverMessage.Bye ignored -> returned(open);
            case HandoverMessage.Abandon(String reason) -> lost("the child gives up: " + reason);
            case HandoverMessage.Welcome _, HandoverMessage.Refuse _, HandoverMessage.Exhausted _ ->
                giveUp("the child says " + received.message() + ", which is not its to say");
            case HandoverMessage.Committed _ ->
                giveUp("the child says " + received.message() + ", which is not its to say");
            case HandoverMessage.Unknown(int field) -> LOG.info("message {} of a later version is ignored", field);
        }
    }

    private void greet(ParentSession open, HandoverMessage.Hello hello) {
        if (hello.version() < 1) {
            refuse(open, "handover version %d, expected 1 or more".formatted(hello.version()));
            return;
        }
        open.adopts = hello.adopts();
        open.fdBudget = hello.fdBudget();
        open.greeting = hello;
        greeted = true;
        welcome(open);
    }

    /** Once, as soon as connections may move: until then the child waits. */
    private void welcome(ParentSession open) {
        HandoverMessage.Hello hello = open.greeting;
        if (hello == null || open.welcomed || open.pace == HandoverPace.HOLD) {
            return;
        }
        long movable = migrations.sources().stream()
                .mapToLong(source -> source.movable())
                .sum();
        open.welcomed = open.say(new HandoverMessage.Welcome(
                Math.min(hello.version(), HandoverMessage.VERSION),
                migrations.adopted(),
                new FdBudget(posix).available(),
                (int) Math.min(movable, Integer.MAX_VALUE),
                migrations.given()));
    }

    private void refuse(ParentSession open, String reason) {
        LOG.warn("connections stay, the child cannot take them over: {}", reason);
        open.say(new HandoverMessage.Refuse(reason));
        lost(reason);
    }

    private void begin(ParentSession open) {
        if (!host.offer(new HotRestartEvent.MigrationBegun(open.pid))) {
            refuse(open, "not while " + host.state().label());
            return;
        }
        open.offering = new Offering(
                open.channel, migrations.sources(), options.migration(), open.adopts, open.fdBudget, System.nanoTime());
    }

    private void accepted(ParentSession open, HandoverMessage.Accepted accepted) {
        Offering offering = open.offering;
        if (offering == null) {
            if (open.adopting == null) {
                giveUp("the child accepts what nobody has offered");
            }
            return;
        }
        try {
            offering.accepted(accepted);
            moved = offering.moved();
        } catch (HotRestartException e) {
            giveUp(String.valueOf(e.getMessage()));
        }
    }

    private void offer(ParentSession open, Offering offering) {
        long now = System.nanoTime();
        if (offering.isOverdue(now)) {
            giveUp("no answer to an offer within " + options.migration().stallTimeout());
            return;
        }
        if (open.committed || (open.pace == HandoverPace.MOVE && !open.exhaustedSaid)) {
            offering.lookAgain();
        } else if (open.exhaustedSaid || open.pace == HandoverPace.HOLD || offering.firstRoundIsOver()) {
            offering.pause();
        }
        switch (offering.turn(now)) {
            case GOING -> {}
            case NOTHING_LEFT -> nothingLeft(open);
            case GONE -> lost("the other side takes nothing more");
        }
    }

    private void nothingLeft(ParentSession open) {
        if (open.pace != HandoverPace.COMMIT) {
            return; // the child takes more, as it comes
        }
        if (!open.exhaustedSaid) {
            open.exhaustedSaid = open.say(new HandoverMessage.Exhausted(host.connections()));
        } else if (open.committed && !open.byeSaid && host.connections() == 0) {
            open.byeSaid = open.say(new HandoverMessage.Bye(host.stayed()));
        }
    }

    private void commit(ParentSession open) {
        if (!host.commit(open.pid)) {
            giveUp("commit is refused while " + host.state().label());
            return;
        }
        open.exhaustedSaid = true;
        open.committed = true;
        open.say(new HandoverMessage.Committed(host.stayed()));
    }

    private void rollBack(ParentSession open, String reason) {
        if (!host.offer(new HotRestartEvent.RollbackBegun(open.pid, reason))) {
            giveUp("rollback is refused while " + host.state().label());
            return;
        }
        endOffers(open); // an Accepted would have come before
        open.adopting = new Adopting(
                open.channel,
                migrations,
                new FdBudget(posix),
                pausesOfReturned,
                stats,
                options.migration().stallTimeout(),
                () -> child.ends(ENDING));
    }

    private void takeBack(ParentSession open, HandoverMessage.Offer offer, Received.Message received) {
        if (open.adopting == null) {
            received.closeFds();
            giveUp("the child offers connections without a rollback");
        } else if (!open.adopting.take(offer, received.fds())) {
            lost("the child cannot be told what was taken back");
        }
    }

    private void returned(ParentSession open) {
        long returned = open.adopting == null ? 0 : open.adopting.adopted();
        close();
        if (host.state() instanceof HotRestartState.RollingBack) {
            host.childFailed(new HotRestartEvent.ChildFailed(
                    open.pid, true, "it was rolled back and has returned %d connections".formatted(returned)));
        }
    }

    /** We live, and will not take an answer any more: the other side is told so before it can give one in vain. */
    private void giveUp(String reason) {
        ParentSession open = session;
        if (open != null) {
            open.say(new HandoverMessage.Abandon(reason));
        }
        lost(reason);
    }

    /** Ends the channel, and the state that goes with it; the child may be well. */
    private void lost(String reason) {
        ParentSession open = session;
        if (open == null) {
            return;
        }
        LOG.info("the handover channel to pid {} has ended: {}", open.pid, reason);
        close();
        switch (host.state()) {
            case HotRestartState.Migrating ignored -> {
                host.offer(new HotRestartEvent.MigrationLost(open.pid, reason));
                child.lives();
            }
            case HotRestartState.RollingBack ignored ->
                host.childFailed(new HotRestartEvent.ChildFailed(open.pid, true, reason));
            case HotRestartState.Starting _, HotRestartState.Serving _, HotRestartState.AwaitingReady _ -> {}
            case HotRestartState.Draining _, HotRestartState.Terminated _ -> {}
        }
    }

    /**
     * Ends the channel without a change of state: the child has ended, or we do. Every connection on its way is resumed or, when it was
     * accepted, released.
     */
    @Override
    public void close() {
        ParentSession open = session;
        if (open == null) {
            return;
        }
        session = null;
        try (open) {
            Offering offering = open.offering;
            if (offering != null) {
                offering.finish();
                moved = offering.moved();
            }
        }
    }

    /**
     * Ends the channel as {@link #close} does. What a child that is dead has offered in a rollback, and we have not read, is nobody's but
     * ours.
     */
    void childFailed() {
        ParentSession open = session;
        if (open != null && open.adopting != null) {
            takeTheRest(open.channel, open.adopting);
        }
        close();
    }

    private static void takeTheRest(HandoverChannel channel, Adopting adopting) {
        for (int i = 0; i < MAX_MESSAGES_PER_TURN; i++) {
            if (!(channel.receive() instanceof Received.Message last)) {
                return;
            }
            if (!(last.message() instanceof HandoverMessage.Offer offer)) {
                last.closeFds();
            } else if (!adopting.take(offer, last.fds())) {
                return;
            }
        }
    }

    private void endOffers(ParentSession open) {
        Offering offering = open.offering;
        open.offering = null;
        if (offering != null) {
            offering.abandon();
            offering.end();
            moved = offering.moved();
        }
    }

    /** As {@link ParentSession#awaitLetGo}; at once without a channel. */
    void awaitLetGo() {
        ParentSession open = session;
        if (open != null) {
            open.awaitLetGo();
        }
    }

    /** Connections that have gone to the child. Any thread. */
    long moved() {
        return moved;
    }
}
