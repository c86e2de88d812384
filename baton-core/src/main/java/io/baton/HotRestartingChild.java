package io.baton;

import io.baton.DomainSocketNames.Role;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The child role: asks the parent. Until {@link #startPolling} the server's own thread asks and waits; after it a thread of the role's
 * keeps merging the parent's stats, and ends the parent when its time has come ({@link ParentPolling}).
 */
final class HotRestartingChild extends HotRestartingBase implements ParentSockets {
    private static final Logger LOG = LoggerFactory.getLogger(HotRestartingChild.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    /** For each of the two messages at ready: both processes accept meanwhile, or with a stalled parent only we do. */
    private static final Duration TAKE_OVER_PATIENCE = Duration.ofSeconds(2);

    private static final int MAX_LATE_ANSWERS = 64;
    private static final Duration REPEAT_TERMINATE = Duration.ofMillis(100);

    private final ParentContact parent;
    private final ParentStats parentStats;
    private final ParentPolling polling;
    private final ChildMigration migration;

    /** When to stop repeating Terminate to a parent that does not read; empty before the first. */
    private OptionalLong terminateDeadlineNanos = OptionalLong.empty();

    private volatile boolean parentPresent;
    private volatile boolean parentLeftToItself;
    private volatile Instant originalStart = Instant.now();
    private volatile UdpPacketHandler udpHandler = packet -> {};

    HotRestartingChild(
            Posix posix,
            HotRestartOptions options,
            DomainSocketNames names,
            DomainSockets sockets,
            Stats stats,
            Migrations migrations) {
        super(
                posix,
                options,
                names,
                new RpcStream(posix, sockets.socket(Role.CHILD), Frames.MAX_REPLY_BYTES),
                new RpcStream(posix, sockets.socket(Role.UDP_CHILD), Frames.MAX_REQUEST_BYTES),
                "baton-child");
        RestartEpoch epoch = options.epoch();
        this.parentPresent = !epoch.isFirst();
        SocketAddress parentAddress = address(Role.PARENT, epoch.isFirst() ? epoch : epoch.previous());
        this.parent = new ParentContact(posix, options, main, parentAddress);
        this.parentStats = new ParentStats(stats, options.statsInterval());
        this.polling = new ParentPolling(options, parentStats);
        this.migration = new ChildMigration(posix, options, migrations, stats, new MigrationParent());
    }

    /** Whether there is a parent, as far as we know. Any thread. */
    boolean parentPresent() {
        return parentPresent;
    }

    /** Of the first process of the lineage. Any thread. */
    Instant originalStart() {
        return originalStart;
    }

    void onForwarded(UdpPacketHandler handler) {
        udpHandler = handler;
    }

    /** Whatever the epoch says. Before anything else is asked. */
    void haveNoParent() {
        parentPresent = false;
    }

    /**
     * One probe: a parent that is gone is done without.
     *
     * @throws HotRestartException when it is there, or may be, and cannot be reached: a cold start would harm it
     */
    void probeParent() throws HotRestartException {
        if (!parentPresent) {
            return;
        }
        try {
            parent.send(new Request.TestConnection(), options.replyTimeout());
        } catch (PosixException e) {
            if (!ParentContact.isRefused(e)) {
                throw new HotRestartException(
                        "cannot tell whether the parent (epoch %s) is gone: %s"
                                .formatted(options.epoch().previous(), e.getMessage()),
                        e);
            }
            LOG.warn("hot restart skipped, the parent is gone: {}", e.getMessage());
            parentPresent = false;
        }
    }

    Optional<ParentAdmin> shutdownAdmin() throws HotRestartException {
        Optional<Answer<Reply.ShutdownAdmin>> answer = ask(new Request.ShutdownAdmin(), Reply.ShutdownAdmin.class);
        answer.ifPresent(
                given -> originalStart = Instant.ofEpochSecond(given.reply().originalStartUnixSeconds()));
        return answer.map(given -> new ParentAdmin(originalStart, given.reply().enableReusePortDefault()));
    }

    @Override
    public Optional<Fd> inherit(String url, int workerIndex) throws HotRestartException {
        beginHandover();
        Optional<Answer<Reply.PassListenSocket>> answer =
                ask(new Request.PassListenSocket(url, workerIndex), Reply.PassListenSocket.class);
        if (answer.isEmpty() || answer.get().reply().fd() == -1) {
            answer.flatMap(Answer::fd).ifPresent(Fd::close);
            return Optional.empty();
        }
        if (answer.get().fd().isEmpty()) {
            throw new HotRestartException("the parent answered for %s but passed no socket".formatted(url));
        }
        if (url.startsWith("udp:")) {
            polling.keepUntilItsTime();
        }
        return answer.get().fd();
    }

    /**
     * Takes the parent's place: its connections, as far as they move, then its numbers; and has it stop accepting.
     *
     * @throws HotRestartException.RolledBack when that was wanted before the parent was told to stop accepting
     */
    void takeOver(ParentDuties duties) throws HotRestartException {
        beginHandover();
        if (!parentPresent) {
            return;
        }
        migration.gather(duties);
        Duration patience = shorter(TAKE_OVER_PATIENCE, options.replyTimeout());
        if (!options.skipParentStats()) {
            mergeStats(patience);
        }
        if (parentPresent && (migration.commit(duties) || send(new Request.DrainListeners(), patience))) {
            parentStats.beginDrain();
        }
    }

    ChildMigration migration() {
        return migration;
    }

    /** The parent, as the migration sees it. */
    private final class MigrationParent implements MigratingParent {
        @Override
        public Optional<Fd> handoverChannel(Duration patience) {
            try {
                return ask(new Request.HandoverChannel(), Reply.HandoverChannel.class, patience)
                        .flatMap(Answer::fd);
            } catch (HotRestartException e) {
                LOG.info("connections do not move: {}", e.getMessage());
                return Optional.empty();
            }
        }

        @Override
        public long pid() {
            return parent.pid();
        }

        @Override
        public boolean ends(Duration patience) {
            return parent.ends(patience);
        }

        @Override
        public void isEmpty() {
            if (options.exitWhenDrained()) {
                polling.terminateSoon("its last connection has left");
            }
        }
    }

    /** Fails softly: a late reply finds {@link #turn}, and a reply that was not sent has told us nothing that the next one will not. */
    private void mergeStats(Duration patience) {
        try {
            ask(new Request.Stats(), Reply.Stats.class, patience)
                    .ifPresent(answer -> parentStats.merge(answer.reply(), System.nanoTime()));
        } catch (HotRestartException e) {
            LOG.warn("ready without the parent's stats, which will follow: {}", e.getMessage());
        }
    }

    /** From here on the role's own thread talks to the parent. */
    void startPolling() {
        if (parentPresent) {
            polling.begin(System.nanoTime());
            start();
        }
    }

    /** Ends the parent, after a last look at its stats; does nothing without one. Any thread. */
    void terminateParentSoon(String reason) {
        if (parentPresent) {
            polling.terminateSoon(reason);
            wake();
        }
    }

    /** We end by a drain of our own, so a parent that still drains may, too: {@link #close} will not end it. Any thread. */
    void leaveParentToItself() {
        parentLeftToItself = true;
    }

    @Override
    List<Fd> watched() {
        return Stream.concat(parent.pidFd().stream(), migration.watched().stream())
                .toList();
    }

    @Override
    Duration untilNextTurn() {
        return terminateDeadlineNanos.isPresent() ? REPEAT_TERMINATE : polling.untilNextTurn(System.nanoTime());
    }

    @Override
    void turn() {
        boolean ended = parent.ended(); // before reading: what it sent before it ended still counts
        for (Optional<RpcStream.Received> reply = main.receive(); reply.isPresent(); reply = main.receive()) {
            reply.get().closeFd();
            if (parent.isFrom(reply.get()) && reply.get().message() instanceof Reply.Stats stats) {
                polling.received(stats, System.nanoTime());
            }
        }
        migration.turn();
        for (Optional<RpcStream.Received> request = udp.receive(); request.isPresent(); request = udp.receive()) {
            forwarded(request.get());
        }
        if (ended) {
            parentGone("it has ended");
            return;
        }
        switch (polling.next(System.nanoTime())) {
            case WAIT -> {}
            case ASK_STATS -> parent.trySend(new Request.Stats());
            case TERMINATE -> terminateParent();
        }
    }

    /** Again in the next turn when the parent's queue is full: it must hear this, or it lives for ever. */
    private void terminateParent() {
        long now = System.nanoTime();
        if (terminateDeadlineNanos.isEmpty()) {
            terminateDeadlineNanos =
                    OptionalLong.of(now + options.replyTimeout().toNanos());
        }
        try {
            parent.send(new Request.Terminate(), Duration.ZERO);
        } catch (PosixException e) {
            if (e.errno() == Errno.EAGAIN && now - terminateDeadlineNanos.getAsLong() < 0) {
                return;
            }
            if (!ParentContact.isRefused(e)) {
                LOG.error(
                        "the parent (epoch {}, pid {}) could not be told to terminate and may live on: {}",
                        options.epoch().previous(),
                        parent.pid(),
                        e.getMessage());
            }
        }
        parentGone("it was told to terminate: " + polling.terminateReason());
    }

    private void forwarded(RpcStream.Received received) {
        received.closeFd();
        if (parent.isFrom(received) && received.message() instanceof Request.ForwardedUdpPacket packet) {
            UdpPackets.fromRequest(packet)
                    .ifPresent(forwarded -> Guarded.run("UdpPacketHandler", () -> udpHandler.received(forwarded)));
        }
    }

    private record Answer<T extends Reply>(T reply, Optional<Fd> fd) {}

    /**
     * @return the answer, whose fd the caller owns; empty when the parent is gone, or there never was one, or it drains: then it has
     *     no listeners any more, and its answers are for the role's own thread
     */
    private <T extends Reply> Optional<Answer<T>> ask(Request request, Class<T> expected) throws HotRestartException {
        return ask(request, expected, options.replyTimeout());
    }

    private <T extends Reply> Optional<Answer<T>> ask(Request request, Class<T> expected, Duration patience)
            throws HotRestartException {
        if (!parentPresent || polling.begun()) {
            return Optional.empty();
        }
        discardLateAnswers();
        long deadline = System.nanoTime() + patience.toNanos();
        if (!send(request, patience)) {
            return Optional.empty();
        }
        while (parentPresent) {
            boolean ended = parent.ended(); // before reading: what it sent before it ended still counts
            Optional<RpcStream.Received> received = main.receive();
            if (received.isPresent()) {
                Optional<Answer<T>> answer = accept(received.get(), request, expected);
                if (answer.isPresent()) {
                    return answer;
                }
            } else if (ended) {
                parentGone("it has ended");
            } else {
                List<Fd> fds = new ArrayList<>(watched());
                fds.add(main.socket());
                posix.awaitReadable(fds, LOOK_AGAIN);
            }
            if (parentPresent && System.nanoTime() - deadline >= 0) {
                throw new HotRestartException("the parent (epoch %s) did not answer %s within %s"
                        .formatted(options.epoch().previous(), request, patience));
            }
        }
        return Optional.empty();
    }

    /** There are no request ids: an answer that came after its deadline would be taken for the next one. */
    private void discardLateAnswers() {
        for (int i = 0; i < MAX_LATE_ANSWERS; i++) {
            Optional<RpcStream.Received> late = main.receive();
            if (late.isEmpty()) {
                return;
            }
            late.get().closeFd();
            LOG.warn(
                    "a late answer was ignored: {}",
                    late.get().message().getClass().getSimpleName());
            if (parent.known() && parent.isFrom(late.get()) && late.get().message() instanceof Reply.Stats stats) {
                parentStats.merge(stats, System.nanoTime()); // the parent holds its counters as told
            }
        }
    }

    private <T extends Reply> Optional<Answer<T>> accept(
            RpcStream.Received received, Request request, Class<T> expected) throws HotRestartException {
        if (!parent.isFrom(received)) {
            received.closeFd();
            return Optional.empty();
        }
        if (expected.isInstance(received.message())) {
            parent.answeredBy(received.senderPid());
            return Optional.of(new Answer<>(expected.cast(received.message()), received.fd()));
        }
        received.closeFd();
        if (received.message() instanceof HotRestartMessage.NotRecognized) {
            throw new HotRestartException("the parent did not recognize " + request);
        }
        LOG.warn("the parent sent {} when asked for {}; ignored", received.message(), request);
        return Optional.empty();
    }

    private void beginHandover() throws HotRestartException {
        if (parentPresent && !parent.known()) {
            shutdownAdmin();
        }
    }

    /**
     * @return false when the parent is gone
     */
    private boolean send(Request request, Duration patience) throws HotRestartException {
        boolean sent = parent.sendFirmly(request, patience);
        if (!sent) {
            parentGone("its socket is gone");
        }
        return sent;
    }

    /** We go on alone. */
    private void parentGone(String reason) {
        LOG.info("parent of epoch {} is gone: {}", options.epoch(), reason);
        parentPresent = false;
        parentStats.forget();
        stop();
    }

    @Override
    public void close() {
        super.close();
        if (parentPresent && polling.begun() && !parentLeftToItself) {
            parent.trySend(new Request.Terminate());
        }
        migration.close();
        parent.close();
    }
}
