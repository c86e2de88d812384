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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parent role: answers the child, and takes back what it gave when the child fails. All on one thread, except {@link #forward} and
 * {@link #drain}.
 */
final class HotRestartingParent extends HotRestartingBase {
    private static final Logger LOG = LoggerFactory.getLogger(HotRestartingParent.class);
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration DRAINING_TURN = Duration.ofMillis(50);

    /** How long a child that does not read may hold us up. */
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(1);

    /** A child that asks for stats lives, and has a timer to end us. */
    private static final Duration CHILD_IS_SILENT = Duration.ofSeconds(30);

    /** To an Envoy the whole of this name, tokens 0 to 1, is dynamic; told otherwise it makes another gauge of the same name. */
    private static final List<Reply.Span> GENERATION_IS_DYNAMIC = List.of(new Reply.Span(0, 1));

    private final Self self;
    private final ParentDuties duties;
    private final SocketAddress childAddress;
    private final SocketAddress childUdpAddress;
    private final StatsLatch latch;
    private Optional<PeerWatch> child = Optional.empty();

    /** Pid of the child that knows what {@link #latch} says; empty when the next one knows nothing. */
    private OptionalLong lastTold = OptionalLong.empty();

    private long readyDeadlineNanos;

    /** The child has had us drain: it serves, and will end us. */
    private boolean childReady;

    private long childPolledNanos;

    /** The drain is our own wish, whoever came since. */
    private boolean ownDrain;

    private volatile boolean drainRequested;

    /** The process whose parent role this is. */
    record Self(
            RestartEpoch epoch,
            Lifecycle lifecycle,
            SharedMemory memory,
            Listeners listeners,
            Stats stats,
            DrainProcedure drain,
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
        this.latch = new StatsLatch(self.stats());
        this.childAddress = address(Role.CHILD, self.epoch().next());
        this.childUdpAddress = address(Role.UDP_CHILD, self.epoch().next());
    }

    /** Drains without a child. Any thread. */
    void drain() {
        drainRequested = true;
        wake();
    }

    /** Sends a packet to the child that serves in our place. Any thread. */
    boolean forward(UdpPacket packet) {
        if (!(self.lifecycle().state() instanceof HotRestartState.Draining draining)
                || draining.child().isEmpty()) {
            return false;
        }
        try {
            udp.send(UdpPackets.toRequest(packet), List.of(), childUdpAddress, Duration.ZERO);
            return true;
        } catch (PosixException e) {
            LOG.debug("a UDP packet for the child was lost: {}", e.getMessage());
            return false;
        }
    }

    @Override
    void begin() {
        // The signal belongs to the thread that asks for it, and this one lives as long as we take part.
        if (options.parentDeathSignal()) {
            posix.setParentDeathSignal(ProcessCalls.SIGTERM);
        }
    }

    @Override
    List<Fd> watched() {
        return child.flatMap(PeerWatch::pidFd).map(List::of).orElse(List.of());
    }

    @Override
    Duration untilNextTurn() {
        return switch (self.lifecycle().state()) {
            case HotRestartState.Draining draining -> DRAINING_TURN;
            case HotRestartState.AwaitingReady awaiting -> {
                Duration left = Duration.ofNanos(readyDeadlineNanos - System.nanoTime());
                yield left.isNegative() ? Duration.ZERO : left.compareTo(TURN) < 0 ? left : TURN;
            }
            case HotRestartState.Starting _, HotRestartState.Serving _, HotRestartState.Terminated _ -> TURN;
        };
    }

    @Override
    void turn() {
        watchChild(); // before its messages: a dead child's last wish to drain us must not be granted
        for (Optional<RpcStream.Received> request = main.receive(); request.isPresent(); request = main.receive()) {
            handle(request.get());
        }
        udp.receive().ifPresent(RpcStream.Received::closeFd); // a parent is sent nothing here
        watchReadyDeadline();
        if (drainRequested) {
            drainRequested = false;
            self.lifecycle().offer(new DrainRequested()).ifPresent(from -> {
                ownDrain = true;
                self.drain().begin(duties);
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
                case Request.DrainListeners ignored -> drainListeners(pid);
                case Request.Terminate ignored -> terminate(pid);
                case Request.TestConnection ignored -> LOG.debug("pid {} tested the connection", pid);
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
        if (lastTold.isEmpty() || lastTold.getAsLong() != pid) { // one that asks again has what it was told
            latch.reset();
            lastTold = OptionalLong.of(pid);
        }
        watch(pid);
        childReady = false;
        childPolledNanos = System.nanoTime() - CHILD_IS_SILENT.toNanos();
        readyDeadlineNanos = System.nanoTime() + options.readyTimeout().toNanos();
        self.asChild().terminateParentSoon("a child of ours has come");
        if (childIsNew(from.get())) {
            Guarded.run("closeAdmin", duties::closeAdmin);
        }
        reply(
                new Reply.ShutdownAdmin(self.asChild().originalStart().getEpochSecond(), options.reusePortDefault()),
                List.of());
    }

    /** The admin may be open: always while serving, and while draining when nobody but ourselves asked for it. */
    private static boolean childIsNew(HotRestartState from) {
        return switch (from) {
            case HotRestartState.Serving serving -> true;
            case HotRestartState.Draining draining -> draining.child().isEmpty();
            case HotRestartState.Starting _, HotRestartState.AwaitingReady _, HotRestartState.Terminated _ -> false;
        };
    }

    private void passListenSocket(long pid, Request.PassListenSocket request) {
        if (!isChild(pid)) {
            LOG.warn("pid {} wants {} but is not in a handover with us; ignored", pid, request);
            return;
        }
        Optional<Fd> socket = self.listeners().forChild(request.address(), request.workerIndex());
        if (socket.isEmpty()) {
            reply(Reply.PassListenSocket.NONE, List.of());
            return;
        }
        self.listeners().handedOver(true);
        reply(new Reply.PassListenSocket(socket.get().number()), List.of(socket.get()));
    }

    private void stats(long pid) {
        if (!isChild(pid)) {
            LOG.warn("pid {} wants our stats but is not in a handover with us; ignored", pid);
            return;
        }
        childPolledNanos = System.nanoTime();
        Map<String, Long> deltas = latch.pending();
        Runtime runtime = Runtime.getRuntime();
        Reply.Stats stats = new Reply.Stats(
                runtime.totalMemory() - runtime.freeMemory(),
                duties.connections(),
                deltas,
                self.stats().exportedGauges(),
                Map.of(Stats.GENERATION, GENERATION_IS_DYNAMIC));
        if (reply(stats, List.of())) {
            latch.commit(deltas);
        }
    }

    private void drainListeners(long pid) {
        self.lifecycle().offer(new ChildReady(pid)).ifPresent(from -> {
            childReady = true;
            if (from instanceof HotRestartState.Serving) { // given up on, so the admin is open again
                Guarded.run("closeAdmin", duties::closeAdmin);
            }
            if (!(from instanceof HotRestartState.Draining)) {
                self.listeners().handedOver(true);
                self.drain().begin(duties);
            }
        });
    }

    private void terminate(long pid) {
        self.lifecycle().offer(new TerminateRequested(pid)).ifPresent(this::afterTerminateRequest);
    }

    private void afterTerminateRequest(HotRestartState from) {
        if (self.lifecycle().state() instanceof HotRestartState.Terminated) {
            LOG.info("shutting down due to child request");
            Guarded.run("terminate", duties::terminate);
        } else if (from instanceof HotRestartState.AwaitingReady) {
            lastTold = OptionalLong.empty(); // it has left; its pid may come again as another
            takeBack();
        }
    }

    private void watchChild() {
        if (child.isPresent() && child.get().ended()) {
            long pid = child.get().pid();
            unwatch();
            childFailed(new ChildFailed(pid, false, "it has ended"));
        }
    }

    private void watchReadyDeadline() {
        OptionalLong waitedFor = switch (self.lifecycle().state()) {
            case HotRestartState.AwaitingReady awaiting -> OptionalLong.of(awaiting.child());
            case HotRestartState.Draining draining when !childReady -> draining.child();
            case HotRestartState.Draining _, HotRestartState.Starting _ -> OptionalLong.empty();
            case HotRestartState.Serving _, HotRestartState.Terminated _ -> OptionalLong.empty();
        };
        if (waitedFor.isPresent() && System.nanoTime() - readyDeadlineNanos >= 0) {
            childFailed(
                    new ChildFailed(waitedFor.getAsLong(), true, "it was not ready within " + options.readyTimeout()));
        }
    }

    private void childFailed(ChildFailed event) {
        Optional<HotRestartState> from = self.lifecycle().offer(event);
        if (from.isEmpty()) {
            return;
        }
        if (!event.alive()) {
            lastTold = OptionalLong.empty();
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
        if (self.lifecycle().state() instanceof HotRestartState.Draining draining) {
            self.drain().stopAccepting(duties);
            if (draining.child().isPresent()
                    && ownDrain
                    && childReady
                    && childIsSilent()
                    && self.drain().timeIsOver()) {
                childFailed(new ChildFailed(draining.child().getAsLong(), true, "it is silent after the drain time"));
            }
            endWhenDrained();
        }
    }

    /** An Envoy child that still asks must not lose us: it aborts when its parent is gone at its next question. */
    private boolean childIsSilent() {
        return System.nanoTime() - childPolledNanos >= CHILD_IS_SILENT.toNanos();
    }

    private void endWhenDrained() {
        if (self.lifecycle().state() instanceof HotRestartState.Draining draining
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
        if (!(self.lifecycle().state() instanceof HotRestartState.Starting)
                && self.memory().initializing()
                && !UnixPaths.isLive(posix, childAddress, SocketType.DATAGRAM)) {
            LOG.warn(
                    "a child died while initialising; epoch {} may be tried again",
                    self.epoch().next());
            self.memory().clearInitializing();
        }
    }

    private boolean isChild(long pid) {
        OptionalLong current = switch (self.lifecycle().state()) {
            case HotRestartState.Serving serving -> serving.lateChild();
            case HotRestartState.AwaitingReady awaiting -> OptionalLong.of(awaiting.child());
            case HotRestartState.Draining draining -> draining.child();
            case HotRestartState.Starting _, HotRestartState.Terminated _ -> OptionalLong.empty();
        };
        return current.isPresent() && current.getAsLong() == pid;
    }

    /** Says that we know no such request - but not to a child that is waiting for the answer to another. */
    private void refuse(long pid) {
        if (isChild(pid) || self.lifecycle().state() instanceof HotRestartState.Serving) {
            reply(new HotRestartMessage.NotRecognized(), List.of());
        }
    }

    /**
     * @return false when it could not be sent
     */
    private boolean reply(HotRestartMessage message, List<Fd> fds) {
        try {
            main.send(message, fds, childAddress, SEND_PATIENCE);
            return true;
        } catch (PosixException e) {
            LOG.warn("the child cannot be answered: {}", e.getMessage());
            return false;
        }
    }

    private void watch(long pid) {
        unwatch();
        child = Optional.of(new PeerWatch(posix, pid, childAddress));
    }

    private void unwatch() {
        child.ifPresent(PeerWatch::close);
        child = Optional.empty();
    }

    @Override
    public void close() {
        super.close();
        unwatch();
    }
}
