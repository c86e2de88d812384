package io.baton;

import io.baton.HandoverChannel.Received;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The child's end of the handover channel: takes the parent's connections over, commits, or gives everything back. Until the commit it
 * runs on the thread that called {@link HotRestart#ready}, after it on the child role's. {@link #rollBack} and the counts are for any.
 */
final class ChildMigration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChildMigration.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration FULL_QUEUE_PAUSE = Duration.ofMillis(1);
    private static final int MAX_MESSAGES_PER_TURN = 64;

    /** Both processes accept already, or with a stalled parent only we do. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** From a closed channel to the end of the process that closed it by ending. */
    private static final Duration ENDING = Duration.ofSeconds(2);

    private final Posix posix;
    private final HotRestartOptions options;
    private final Migrations migrations;
    private final Stats stats;
    private final MigratingParent parent;
    private final Pauses pauses = new Pauses();
    private final FdBudget fdBudget;
    private final ChildEnd channel;
    private volatile AdoptionState state = new AdoptionState.Unasked();
    private volatile @Nullable String rollbackWanted;
    private volatile @Nullable Adopting adopting;
    private @Nullable Offering returning;
    private List<HandoverMessage.Kind> parentAdopts = List.of();
    private int parentBudget;
    private boolean committedSaid;
    private volatile long expected;
    private volatile long drained;

    ChildMigration(Posix posix, HotRestartOptions options, Migrations migrations, Stats stats, MigratingParent parent) {
        this.posix = posix;
        this.options = options;
        this.migrations = migrations;
        this.stats = stats;
        this.parent = parent;
        this.fdBudget = new FdBudget(posix);
        this.channel = new ChildEnd(posix);
    }

    /**
     * Has the next wait before the commit end in a rollback.
     *
     * @return false when it is too late, or there is nothing to undo
     */
    synchronized boolean rollBack(String reason) {
        boolean possible = AdoptionStates.canBeUndone(state);
        if (possible && rollbackWanted == null) {
            rollbackWanted = reason;
        }
        return possible;
    }

    /**
     * Takes over what the parent offers, until it has nothing more to give. Without a channel this does nothing.
     *
     * @throws HotRestartException.RolledBack when that was wanted; everything that could go back has
     */
    void gather(ParentDuties duties) throws HotRestartException.RolledBack {
        if (rollbackWanted == null) {
            open();
        }
        while (true) {
            String unwanted = rollbackWanted;
            if (unwanted != null) {
                move(new AdoptionEvent.RollbackWanted(unwanted));
            }
            switch (state) {
                case AdoptionState.Greeting _, AdoptionState.Adopting _ -> step();
                case AdoptionState.Returning(String reason) -> giveBack(reason, duties);
                case AdoptionState.Undone(String reason) -> {
                    endChannel();
                    throw new HotRestartException.RolledBack(reason);
                }
                case AdoptionState.Gathered _, AdoptionState.Alone _ -> {
                    return;
                }
                case AdoptionState.Unasked _, AdoptionState.Committed _ ->
                    throw new IllegalStateException("gathering while " + state);
            }
        }
    }

    private void open() {
        if (!options.migration().enabled()) {
            move(new AdoptionEvent.ChannelLost("migration is switched off"));
            return;
        }
        Optional<Fd> passed = parent.handoverChannel(PATIENCE);
        if (passed.isEmpty() || !HandoverChannel.isMadeBy(posix, passed.get(), parent.pid())) {
            passed.ifPresent(Fd::close);
            move(new AdoptionEvent.ChannelLost("the parent has no handover channel for us"));
            return;
        }
        channel.open(passed.get());
        adopting = new Adopting(
                channel.opened(),
                migrations,
                fdBudget,
                pauses,
                stats,
                options.migration().stallTimeout(),
                () -> parent.ends(ENDING));
        move(new AdoptionEvent.ChannelPassed());
        say(new HandoverMessage.Hello(
                HandoverMessage.VERSION, options.epoch(), migrations.adopted(), fdBudget.available()));
    }

    /** Reads what there is, or waits a moment for it. */
    private void step() {
        if (!read()) {
            Duration silence = channel.silence();
            if (silence.compareTo(options.migration().stallTimeout().multipliedBy(2)) >= 0) {
                giveUp("the parent was silent for " + silence.toMillis() + " ms");
                return;
            }
            channel.await(LOOK_AGAIN);
        }
    }

    /** False when nothing was there. */
    private boolean read() {
        return switch (channel.receive()) {
            case Received.Nothing() -> false;
            case Received.Ended(String reason) -> {
                lost(reason);
                yield true;
            }
            case Received.Message message -> {
                handle(message);
                yield true;
            }
        };
    }

    private void handle(Received.Message received) {
        switch (received.message()) {
            case HandoverMessage.Welcome welcome -> welcomed(welcome);
            case HandoverMessage.Refuse(String reason) -> lost("the parent refuses: " + reason);
            case HandoverMessage.Offer offer -> take(offer, received);
            case HandoverMessage.Exhausted(long left) -> {
                if (state instanceof AdoptionState.Adopting) {
                    move(new AdoptionEvent.OffersEnded(left));
                }
            }
            case HandoverMessage.Accepted accepted -> accepted(accepted);
            case HandoverMessage.Budget(int fds) -> {
                if (returning != null) {
                    returning.budget(fds);
                }
            }
            case HandoverMessage.Committed ignored -> committedSaid = true;
            case HandoverMessage.Bye(long its) -> {
                drained = its;
                parent.isEmpty();
            }
            case HandoverMessage.Abandon(String reason) -> lost("the parent gives up: " + reason);
            case HandoverMessage.Hello _, HandoverMessage.Ready _, HandoverMessage.Commit _ ->
                giveUp("the parent says " + received.message() + ", which is not its to say");
            case HandoverMessage.Rollback _ ->
                giveUp("the parent says " + received.message() + ", which is not its to say");
            case HandoverMessage.Unknown(int field) -> LOG.info("message {} of a later version is ignored", field);
        }
    }

    private void welcomed(HandoverMessage.Welcome welcome) {
        if (!(state instanceof AdoptionState.Greeting)) {
            giveUp("a second welcome");
            return;
        }
        if (welcome.version() < 1) {
            giveUp("handover version %d, expected 1 or more".formatted(welcome.version()));
            return;
        }
        parentAdopts = welcome.adopts();
        parentBudget = welcome.fdBudget();
        expected = welcome.movable();
        migrations.take(welcome.heirlooms());
        // In this order: from Ready on connections pause, and a change of state is slow the first time, and logged.
        move(new AdoptionEvent.Welcomed());
        say(new HandoverMessage.Ready());
    }

    private void take(HandoverMessage.Offer offer, Received.Message received) {
        Adopting open = adopting;
        if (!AdoptionStates.takesOffers(state) || open == null) {
            received.closeFds();
        } else if (!open.take(offer, received.fds())) {
            lost("the parent cannot be told what was taken over");
        }
    }

    private void accepted(HandoverMessage.Accepted accepted) {
        if (returning == null) {
            giveUp("the parent accepts what nobody has offered");
            return;
        }
        try {
            returning.accepted(accepted);
        } catch (HotRestartException e) {
            giveUp(String.valueOf(e.getMessage()));
        }
    }

    private void giveBack(String reason, ParentDuties duties) {
        LOG.info("rolling back: {}", reason);
        if (!say(new HandoverMessage.Rollback(reason))) {
            return;
        }
        Guarded.run("drainListeners", duties::drainListeners);
        Offering offering = new Offering(
                channel.opened(),
                migrations.sources(),
                options.migration(),
                parentAdopts,
                parentBudget,
                System.nanoTime());
        returning = offering;
        GivingBack givingBack = new GivingBack(offering, duties, System.nanoTime());
        while (state instanceof AdoptionState.Returning) {
            for (int i = 0; i < MAX_MESSAGES_PER_TURN && read(); i++) {}
            if (state instanceof AdoptionState.Returning) {
                giveBackMore(givingBack);
            }
        }
        LOG.info("rolled back: {} connections returned, {} left", offering.moved(), duties.connections());
    }

    /** A parent that has only stalled finds the offers in the channel, which stays open until we end, and takes them then. */
    private void leaveOffers(String reason) {
        if (returning != null) {
            returning.leave();
        }
        channel.leave();
        lost(reason);
    }

    private void giveBackMore(GivingBack givingBack) {
        long now = System.nanoTime();
        switch (givingBack.turn(now)) {
            case GOING -> {
                Duration due = givingBack.untilNextTurn(now);
                channel.await(due.compareTo(LOOK_AGAIN) < 0 ? due : LOOK_AGAIN);
            }
            case DONE -> {
                if (say(new HandoverMessage.Bye(0))) {
                    move(new AdoptionEvent.Returned());
                }
            }
            case OVERDUE ->
                leaveOffers(
                        "no answer to an offer within " + options.migration().stallTimeout());
            case GONE -> lost("the parent takes nothing back");
        }
    }

    /**
     * Says Commit, and waits a moment for the parent to have stopped accepting.
     *
     * @return false without a channel: the parent has to be told otherwise
     * @throws HotRestartException.RolledBack when that was wanted before
     */
    boolean commit(ParentDuties duties) throws HotRestartException.RolledBack {
        if (!(state instanceof AdoptionState.Gathered)) {
            return false;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (state instanceof AdoptionState.Gathered && !commitNow() && System.nanoTime() - deadline < 0) {
            channel.await(FULL_QUEUE_PAUSE);
            read();
        }
        if (state instanceof AdoptionState.Gathered && rollbackWanted == null) {
            giveUp("no room to say Commit within " + PATIENCE);
        }
        if (!(state instanceof AdoptionState.Committed)) {
            gather(duties);
            return false;
        }
        while (!committedSaid && state instanceof AdoptionState.Committed && System.nanoTime() - deadline < 0) {
            if (!read()) {
                channel.await(LOOK_AGAIN);
            }
        }
        return true;
    }

    /** At one with {@link #rollBack}: what comes later is refused. False when it should be tried again. */
    private synchronized boolean commitNow() {
        if (!channel.isOpen() || rollbackWanted != null) {
            return true;
        }
        return switch (channel.send(new HandoverMessage.Commit())) {
            case SENT -> {
                move(new AdoptionEvent.CommitSent());
                yield true;
            }
            case LATER -> false;
            case GONE -> {
                lost("the parent has closed the channel before the commit");
                yield true;
            }
        };
    }

    /** After the commit, on the child role's thread: takes over what becomes movable. */
    void turn() {
        for (int i = 0; i < MAX_MESSAGES_PER_TURN && read(); i++) {}
        channel.tellWhenLow(fdBudget);
    }

    /** To wait for; stays ours. */
    List<Fd> watched() {
        return channel.watched();
    }

    /** Says it, waiting a moment for room. False when it cannot be said: the channel has ended then. */
    private boolean say(HandoverMessage message) {
        boolean said = channel.say(message, options.migration().stallTimeout());
        if (!said && channel.isOpen()) {
            lost("the parent does not take " + message.getClass().getSimpleName());
        }
        return said;
    }

    /** We live, and the parent is to know that nothing more is accepted. */
    private void giveUp(String reason) {
        var _ = channel.send(new HandoverMessage.Abandon(reason)); // one that does not read it finds the channel closed
        lost(reason);
    }

    private void lost(String reason) {
        endChannel();
        move(new AdoptionEvent.ChannelLost(reason));
    }

    /** The one way to another state. */
    private synchronized void move(AdoptionEvent event) {
        AdoptionState from = state;
        Optional<AdoptionState> next = AdoptionStates.next(from, event);
        next.ifPresent(to -> state = to);
        LOG.info("adoption: {} -> {} on {}", from, next.isPresent() ? state : "refused", event);
    }

    /** Ends the channel. What we were giving back and the parent has not accepted stays ours. */
    private void endChannel() {
        channel.end(() -> {
            if (returning != null) {
                returning.finish();
            }
        });
    }

    /** As {@link #rollBack} has it, to be called at the end of this process: what the parent has been left is its own or nobody's then. */
    @Override
    public void close() {
        endChannel();
        channel.close();
    }

    /** What has moved here, and how. Any thread. */
    MigrationReport report(long moved, long stayed, long movable) {
        Adopting open = adopting;
        return new MigrationReport(
                open == null ? 0 : open.adopted(),
                expected,
                moved,
                stayed,
                movable,
                drained,
                pauses.quantile(0.5),
                pauses.quantile(0.99),
                pauses.max(),
                pauses.counts());
    }
}
