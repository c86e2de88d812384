package io.baton;

import io.baton.DomainSocketNames.Role;
import io.baton.HotRestartEvent.ChildArrived;
import io.baton.HotRestartEvent.ChildFailed;
import io.baton.HotRestartEvent.ChildReady;
import io.baton.HotRestartEvent.DrainRequested;
import io.baton.HotRestartEvent.Drained;
import io.baton.HotRestartEvent.TerminateRequested;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ProcessCalls;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parent role: answers the child, and takes back what it gave when the child fails. All on one thread, except {@link #forward} and
 * {@link #drain}.
 */
final class HotRestartingParent extends HotRestartingBase implements ParentMigration.Host {
    private static final Logger LOG = LoggerFactory.getLogger(HotRestartingParent.class);
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration DRAINING_TURN = Duration.ofMillis(50);

    private final Self self;
    private final long launcher;
    private final ParentDuties duties;
    private final SocketAddress childAddress;
    private final ChildContact contact;
    private final ChildRecord child;
    private final ParentMigration migration;

    /** The drain is our own wish, whoever came since. */
    private boolean ownDrain;

    private volatile boolean drainRequested;
    private volatile boolean flagIsOurs;

    /** Of the process's own, for this role's thread; a few of a person's. */
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();

    /** The process whose parent role this is. */
    record Self(
            RestartEpoch epoch,
            Lifecycle lifecycle,
            SharedMemory memory,
            Listeners listeners,
            Stats stats,
            DrainProcedure drain,
            Migrations migrations,
            HotRestartingChild asChild) {}

    HotRestartingParent(
            Posix posix,
            HotRestartOptions options,
            DomainSocketNames names,
            DomainSockets sockets,
            Self self,
            ParentDuties duties) {
        super(
                posix,
                options,
                names,
                new RpcStream(posix, sockets.socket(Role.PARENT), Frames.MAX_REQUEST_BYTES),
                new RpcStream(posix, sockets.socket(Role.UDP_PARENT), Frames.MAX_REQUEST_BYTES),
                "baton-parent");
        this.self = self;
        this.duties = duties;
        this.launcher = posix.parentPid();
        RestartEpoch next = self.epoch().next();
        this.childAddress = address(Role.CHILD, next);
        this.contact = new ChildContact(main, udp, childAddress, address(Role.UDP_CHILD, next));
        this.child = new ChildRecord(posix, childAddress, options.readyTimeout(), self.stats());
        this.migration = new ParentMigration(posix, options, self.migrations(), self.stats(), child, this);
        self.migrations().onMovable(this::wake);
    }

    /** Offers connections to a child by the channel that it has inherited. Any thread. */
    void expect(StartedChild child) {
        migration.awaitGreeting(); // at once: nobody is to take the Hello of the child before for this one's
        inTurn(() -> {
            self.listeners().handedOver(true);
            migration.open(child);
        });
    }

    void setPace(HandoverPace pace) {
        inTurn(() -> migration.setPace(pace));
    }

    boolean childHasGreeted() {
        return migration.greeted();
    }

    void childHasEnded() {
        inTurn(() -> {
            if (state() instanceof HotRestartState.Serving) {
                self.listeners().handedOver(false);
            }
        });
    }

    private void inTurn(Runnable order) {
        orders.add(order);
        wake();
    }

    /** Drains without a child. Any thread. */
    void drain() {
        drainRequested = true;
        wake();
    }

    /** Sends a packet to the child that serves in our place. Any thread. */
    boolean forward(UdpPacket packet) {
        return state() instanceof HotRestartState.Draining draining
                && draining.child().isPresent()
                && contact.forward(packet);
    }

    @Override
    void begin() {
        // The signal belongs to the thread that asks for it, and this one lives as long as we take part.
        if (options.parentDeathSignal()) {
            posix.setParentDeathSignal(ProcessCalls.SIGTERM);
            if (posix.parentPid() != launcher) {
                posix.kill(posix.pid(), ProcessCalls.SIGTERM); // it ended before it could have been told to tell us
            }
        }
    }

    @Override
    List<Fd> watched() {
        return Stream.concat(child.pidFd().stream(), migration.socket().stream())
                .toList();
    }

    @Override
    Duration untilNextTurn() {
        Duration due = switch (state()) {
            case HotRestartState.Draining _ -> DRAINING_TURN;
            case HotRestartState.AwaitingReady _, HotRestartState.Migrating _, HotRestartState.RollingBack _ ->
                shorter(child.untilReadyDeadline(), TURN);
            case HotRestartState.Starting _, HotRestartState.Serving _, HotRestartState.Terminated _ -> TURN;
        };
        Duration soonest = shorter(due, migration.untilNextTurn());
        return soonest.isNegative() ? Duration.ZERO : soonest;
    }

    @Override
    void turn() {
        watchChild(); // before its messages: a dead child's last wish to drain us must not be granted
        for (Optional<RpcStream.Received> request = main.receive(); request.isPresent(); request = main.receive()) {
            handle(request.get());
        }
        udp.receive().ifPresent(RpcStream.Received::closeFd); // a parent is sent nothing here
        for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
            order.run();
        }
        migration.turn();
        watchReadyDeadline();
        if (drainRequested) {
            drainRequested = false;
            self.lifecycle().offer(new DrainRequested()).ifPresent(from -> {
                ownDrain = true;
                beginDrain();
            });
        }
        watchDrain();
        clearFlagOfDeadChild();
    }

    private void handle(RpcStream.Received received) {
        long pid = received.senderPid();
        try {
            switch (received.message()) {
                case Request.ShutdownAdmin ignored -> shutdownAdmin(pid);
                case Request.PassListenSocket request -> passListenSocket(pid, request);
                case Request.Stats ignored -> stats(pid);
                case Request.DrainListeners ignored -> commit(pid);
                case Request.Terminate ignored -> terminate(pid);
                case Request.TestConnection ignored -> LOG.debug("pid {} tested the connection", pid);
                case Request.HandoverChannel ignored -> handoverChannel(pid);
                case Request.ForwardedUdpPacket _, Request.Unknown _, Reply _, HotRestartMessage.NotRecognized _ -> {
                    LOG.warn("pid {} sent us an unfamiliar message, ignored: {}", pid, received.message());
                    refuse(pid);
                }
            }
        } finally {
            received.closeFd();
        }
    }

    private void shutdownAdmin(long pid) {
        Optional<HotRestartState> from = self.lifecycle().offer(new ChildArrived(pid));
        if (from.isEmpty()) {
            return;
        }
        child.arrived(pid);
        self.asChild().terminateParentSoon("a child of ours has come");
        if (HotRestartStates.adminMayBeOpen(from.get())) {
            Guarded.run("closeAdmin", duties::closeAdmin);
        }
        contact.reply(
                new Reply.ShutdownAdmin(self.asChild().originalStart().getEpochSecond(), options.reusePortDefault()),
                List.of());
    }

    /** Answered as an Envoy would when connections are to stay. */
    private void handoverChannel(long pid) {
        if (!options.migration().enabled() || !isChild(pid) || !(state() instanceof HotRestartState.AwaitingReady)) {
            LOG.info("pid {} is given no handover channel", pid);
            refuse(pid);
            return;
        }
        try (Fd childsEnd = migration.open(pid)) {
            contact.reply(new Reply.HandoverChannel(), List.of(childsEnd));
        } catch (PosixException e) {
            LOG.warn("there is no handover channel for pid {}: {}", pid, e.getMessage());
            refuse(pid);
        }
    }

    private void passListenSocket(long pid, Request.PassListenSocket request) {
        if (!isChild(pid)) {
            LOG.warn("pid {} wants {} but is not in a handover with us; ignored", pid, request);
            return;
        }
        Optional<Fd> socket = self.listeners().forChild(request.address(), request.workerIndex());
        if (socket.isEmpty()) {
            contact.reply(Reply.PassListenSocket.NONE, List.of());
            return;
        }
        self.listeners().handedOver(true);
        contact.reply(new Reply.PassListenSocket(socket.get().number()), List.of(socket.get()));
    }

    private void stats(long pid) {
        if (!isChild(pid)) {
            LOG.warn("pid {} wants our stats but is not in a handover with us; ignored", pid);
            return;
        }
        Reply.Stats stats = child.asksForStats(duties.connections());
        if (contact.reply(stats, List.of())) {
            child.told(stats);
        }
    }

    /** The point of no return, said by either protocol. */
    @Override
    public boolean commit(long pid) {
        Optional<HotRestartState> accepted = self.lifecycle().offer(new ChildReady(pid));
        accepted.ifPresent(from -> {
            child.isReady();
            if (from instanceof HotRestartState.Serving) { // given up on, so the admin is open again
                Guarded.run("closeAdmin", duties::closeAdmin);
            }
            if (!(from instanceof HotRestartState.Draining)) {
                self.listeners().handedOver(true);
                beginDrain();
            }
        });
        return accepted.isPresent();
    }

    private void beginDrain() {
        self.drain().begin(duties);
        migration.awaitLetGo();
        self.drain().leaves(duties.connections(), moved());
    }

    private void terminate(long pid) {
        self.lifecycle().offer(new TerminateRequested(pid)).ifPresent(this::afterTerminateRequest);
    }

    private void afterTerminateRequest(HotRestartState from) {
        if (state() instanceof HotRestartState.Terminated) {
            LOG.info("shutting down due to child request");
            Guarded.run("terminate", duties::terminate);
        } else if (!(from instanceof HotRestartState.Draining)) {
            migration.close();
            child.forgetWhatItWasTold(); // it has left
            takeBack();
        }
    }

    private void watchChild() {
        child.ended().ifPresent(pid -> childFailed(new ChildFailed(pid, false, "it has ended")));
    }

    private void watchReadyDeadline() {
        OptionalLong waitedFor = switch (state()) {
            case HotRestartState.AwaitingReady awaiting -> OptionalLong.of(awaiting.child());
            case HotRestartState.Migrating migrating -> OptionalLong.of(migrating.child());
            case HotRestartState.RollingBack returning -> OptionalLong.of(returning.child());
            case HotRestartState.Draining draining when !child.ready() -> draining.child();
            case HotRestartState.Draining _, HotRestartState.Starting _ -> OptionalLong.empty();
            case HotRestartState.Serving _, HotRestartState.Terminated _ -> OptionalLong.empty();
        };
        if (migration.waitsForOperator()) {
            child.lives();
            return;
        }
        if (waitedFor.isPresent() && !child.untilReadyDeadline().isPositive()) {
            childFailed(
                    new ChildFailed(waitedFor.getAsLong(), true, "it was not ready within " + options.readyTimeout()));
        }
    }

    @Override
    public void childFailed(ChildFailed event) {
        migration.childFailed(); // first: what it has accepted is not ours to serve
        Optional<HotRestartState> from = self.lifecycle().offer(event);
        if (from.isEmpty()) {
            return;
        }
        if (!event.alive()) {
            child.forgetWhatItWasTold();
            clearFlagOfDeadChild();
        }
        // From Serving: one that was given up on, and may have had the admin's address until now.
        if (!(from.get() instanceof HotRestartState.Draining)) {
            takeBack();
        }
    }

    private void takeBack() {
        self.listeners().handedOver(false);
        Guarded.run("reopenAdmin", duties::reopenAdmin);
    }

    /** Draining with a child ends by its Terminate; without one by ourselves. */
    private void watchDrain() {
        if (state() instanceof HotRestartState.Draining draining) {
            self.drain().stopAccepting(duties);
            if (draining.child().isPresent()
                    && ownDrain
                    && child.ready()
                    && child.isSilent()
                    && self.drain().timeIsOver()) {
                childFailed(new ChildFailed(draining.child().getAsLong(), true, "it is silent after the drain time"));
            }
            endWhenDrained();
        }
    }

    private void endWhenDrained() {
        if (state() instanceof HotRestartState.Draining draining
                && draining.child().isEmpty()) {
            self.drain()
                    .over(duties)
                    .flatMap(reason -> self.lifecycle().offer(new Drained(reason)))
                    .ifPresent(from -> {
                        self.asChild().leaveParentToItself();
                        Guarded.run("terminate", duties::terminate);
                    });
        }
    }

    /**
     * A child that died while initialising leaves the flag set, and nobody could ever start again. Whoever sets it has bound its names
     * before: names that nobody has mean that the flag is nobody's.
     */
    private void clearFlagOfDeadChild() {
        if (!(state() instanceof HotRestartState.Starting)
                && !flagIsOurs
                && self.memory().initializing()
                && !UnixPaths.isLive(posix, childAddress, SocketType.DATAGRAM)) {
            LOG.warn(
                    "a child died while initialising; epoch {} may be tried again",
                    self.epoch().next());
            self.memory().clearInitializing();
        }
    }

    /** While we have set INITIALIZING ourselves, no child's death is concluded from it. Any thread. */
    void keepFlag(boolean ours) {
        flagIsOurs = ours;
    }

    private boolean isChild(long pid) {
        OptionalLong current = HotRestartStates.child(state());
        return current.isPresent() && current.getAsLong() == pid;
    }

    /** Says that we know no such request - but not to a child that is waiting for the answer to another. */
    private void refuse(long pid) {
        if (isChild(pid) || state() instanceof HotRestartState.Serving) {
            contact.reply(new HotRestartMessage.NotRecognized(), List.of());
        }
    }

    ParentDuties duties() {
        return duties;
    }

    /** Connections that have gone to the child. Any thread. */
    long moved() {
        return migration.moved();
    }

    /** Connections that there were when we stopped accepting and that have not gone to the child since; 0 before that. Any thread. */
    @Override
    public long stayed() {
        return self.drain().stayed(moved());
    }

    @Override
    public HotRestartState state() {
        return self.lifecycle().state();
    }

    @Override
    public boolean offer(HotRestartEvent event) {
        return self.lifecycle().offer(event).isPresent();
    }

    @Override
    public long connections() {
        return duties.connections();
    }

    @Override
    public void close() {
        super.close();
        migration.close();
        child.close();
    }
}
