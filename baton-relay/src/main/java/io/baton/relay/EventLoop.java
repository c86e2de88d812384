package io.baton.relay;

import io.baton.posix.EpollEvents;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.lang.foreign.Arena;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker: waits for events and handles them, in one thread that owns all it touches. Other threads only leave commands.
 */
final class EventLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int EVENTS_PER_ROUND = 256;
    private static final int MAX_COMMANDS = 64;

    /** Moves made before other sockets get their turn. */
    private static final int MOVES_PER_ROUND = 128;

    private static final long COMMAND_SECONDS = 5;

    private final Posix posix;
    private final Epoll epoll;
    private final Fd wake;
    private final LoopClock clock;
    private final TimerWheel wheel;
    private final PipePool pipes;
    private final EpollEvents events;
    private final Connections connections;
    private final Acceptor acceptor;
    private final Moves moves;
    private final Consumer<Connection> onTimer;
    private final RelayObserver observer;
    private final Budget budget;
    private final int index;
    private final BlockingQueue<Command> commands = new ArrayBlockingQueue<>(MAX_COMMANDS);
    /** Bounded by the connections there may be: each has at most one entry. */
    private final Queue<Move> settled = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean settledIsTold = new AtomicBoolean();
    private final LoopCounters.Count rounds = new LoopCounters.Count();
    /** Nobody may signal the number of {@link #wake} when it is closed and means another file; never taken on the data path. */
    private final Object wakeLock = new Object();

    private volatile boolean closing;
    private volatile boolean ended;

    /** @param then run in any case, so that nobody waits for a command that failed or a loop that ended */
    private record Command(Runnable action, Runnable then) {}

    /**
     * Opens the loop's own fds; {@link #run} closes them at its end.
     *
     * @throws PosixException when there is no fd for it; nothing stays open then
     */
    EventLoop(
            int index,
            Posix posix,
            RelayOptions options,
            Budget budget,
            RelayObserver observer,
            Runnable onMovable,
            LongSupplier nanoTime) {
        this.posix = posix;
        this.index = index;
        this.budget = budget;
        this.observer = observer;
        this.clock = new LoopClock(nanoTime);
        this.wheel = new TimerWheel(clock.nowNanos());
        this.pipes = new PipePool(posix, options.pipeBytes(), Math.max(1, budget.maxPipes() / options.workers()));
        // Automatic arenas: a call with such a segment need not count itself in and out, and no fd hangs on when it is
        // freed.
        Pump pump = new Pump(posix, pipes, Arena.ofAuto().allocate(options.bufferBytes(), RelayOptions.PAGE_BYTES));
        this.events = new EpollEvents(EVENTS_PER_ROUND, Arena.ofAuto());
        this.epoll = new Epoll(posix);
        this.wake = openWake();
        LoopParts parts = new LoopParts(posix, epoll, clock, wheel, budget, options, observer, onMovable);
        this.connections = new Connections(parts, pump, index);
        this.acceptor = new Acceptor(parts, connections);
        this.moves = new Moves(this, parts, pipes, connections);
        this.onTimer = connections::onTimer;
    }

    private Fd openWake() {
        Fd opened = null;
        try {
            opened = posix.eventFd();
            int result = epoll.addWake(opened.number());
            if (result < 0) {
                throw new PosixException("epoll_ctl(ADD, fd=%d)".formatted(opened.number()), -result);
            }
            return opened;
        } catch (PosixException e) {
            if (opened != null) {
                opened.close();
            }
            epoll.close();
            throw e;
        }
    }

    @Override
    public void run() {
        try {
            try {
                while (!closing) {
                    round();
                }
            } finally {
                end();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("event loop {} died, and its connections with it", index, e);
            observer.workerDied(index, e);
        }
    }

    private void end() {
        try {
            acceptor.abandon();
            move(Integer.MAX_VALUE); // what is ours, or another's, is known to be
            connections.cutAll();
        } finally {
            pipes.close();
            epoll.close();
            synchronized (wakeLock) {
                wake.close();
            }
            ended = true;
            skipCommands();
            skipMoves();
        }
    }

    private void round() {
        int count = epoll.await(events, timeoutMs());
        rounds.add(1);
        clock.refresh();
        if (count < 0 && count != -Errno.EINTR.number()) {
            throw new PosixException("epoll_wait", -count);
        }
        for (int i = 0; i < count; i++) {
            dispatch(events.data(i), events.events(i));
        }
        wheel.advance(clock.nowNanos(), onTimer);
        acceptor.resumeIfRoom();
    }

    private int timeoutMs() {
        int timers = wheel.timeoutMs(clock.nowNanos());
        int accepting = acceptor.timeoutMs();
        return timers < 0 || accepting < 0 ? Math.max(timers, accepting) : Math.min(timers, accepting);
    }

    private void dispatch(long data, int what) {
        EventTag tag = EventTag.of(data);
        switch (tag) {
            case CLIENT, UPSTREAM -> connections.onEvent(tag, data, what);
            case LISTENER -> acceptor.onReadable(EventTag.slot(data));
            case WAKE -> {
                posix.clearEvent(wake); // before the look: what comes after it wakes again
                runCommands();
                makeMoves();
            }
        }
    }

    private void runCommands() {
        for (Command command = commands.poll(); command != null; command = commands.poll()) {
            try {
                command.action().run();
            } catch (RuntimeException e) {
                LOG.error("a command to event loop {} failed, the loop goes on", index, e);
            } finally {
                command.then().run();
            }
        }
    }

    private void makeMoves() {
        settledIsTold.set(false); // before the look: what is settled after it tells again
        move(MOVES_PER_ROUND);
        if (!settled.isEmpty() && settledIsTold.compareAndSet(false, true)) {
            poke();
        }
    }

    private void move(int most) {
        for (int i = 0; i < most; i++) {
            Move move = settled.poll();
            if (move == null) {
                return;
            }
            try {
                moves.perform(move);
            } catch (RuntimeException e) {
                LOG.error("a connection's move failed, event loop {} goes on: {}", index, move, e);
            }
        }
    }

    /** Any thread, once the loop has ended: what it had it has cut, and closed. */
    private void skipMoves() {
        for (Move move = settled.poll(); move != null; move = settled.poll()) {
            if (move instanceof Move.Admit(Arrival arrival)) {
                LOG.warn(
                        "connection {} came to event loop {}, which has ended",
                        arrival.snapshot().id(),
                        index);
                arrival.discard();
            }
        }
    }

    /** Any thread, once the loop has ended. */
    private void skipCommands() {
        for (Command command = commands.poll(); command != null; command = commands.poll()) {
            command.then().run();
        }
    }

    /** Makes this loop accept from {@code socket}, unless it has {@link #hasEnded ended}. Any thread. */
    void addListener(Fd socket, boolean shared, Route route, Runnable then) {
        execute(new Command(() -> acceptor.add(socket, shared, route), then));
    }

    /** Takes every listening socket out of epoll; a loop that has ended did so itself. Any thread. */
    void stopAccepting(Runnable then) {
        execute(new Command(acceptor::stop, then));
    }

    /** Has the loop do what was settled of a connection. Any thread, never blocks. */
    void post(Move move) {
        settled.add(move);
        if (settledIsTold.compareAndSet(false, true)) {
            poke();
        }
        if (ended) {
            skipMoves(); // it may have ended before it saw this one
        }
    }

    /**
     * Has the loop quiesce some connections; {@code request} is done when this returns true and the loop came to it, or has ended. Any
     * thread, never blocks.
     *
     * @return false when it has too much to do
     */
    boolean offer(QuiesceRequest request) {
        if (ended || !commands.offer(new Command(() -> fulfil(request), request::done))) {
            return false;
        }
        poke();
        if (ended) {
            skipCommands();
        }
        return true;
    }

    private void fulfil(QuiesceRequest request) {
        makeMoves(); // who asks for connections may have just settled some
        request.fulfil(moves);
    }

    /** Counts a connection's pipes in before it comes; false when there are too many such. Any thread. */
    boolean tryExpectPipes(int count) {
        return pipes.tryExpect(count);
    }

    /** Gives back what was taken for a connection that does not come. Any thread. */
    void giveRoom(int itsPipes) {
        pipes.expectNoMore(itsPipes);
        budget.give();
    }

    int maxAdoptedPipes() {
        return pipes.maxAdopted();
    }

    /** Makes the loop go round once more. Any thread, never blocks. */
    void poke() {
        synchronized (wakeLock) {
            if (!wake.isClosed()) {
                posix.signalEvent(wake);
            }
        }
    }

    /** As {@link #poke}, if the loop waits for room. */
    void pokeIfPaused() {
        if (acceptor.isPaused()) {
            poke();
        }
    }

    /** Makes {@link #run} return. Any thread. */
    void close() {
        closing = true;
        poke();
    }

    /** Whether {@link #run} is over: closed, or dead. Any thread. */
    boolean hasEnded() {
        return ended;
    }

    /** How often the loop woke. Any thread. */
    long rounds() {
        return rounds.read();
    }

    private void execute(Command command) {
        try {
            if (ended) {
                command.then().run();
                return;
            }
            if (!commands.offer(command, COMMAND_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "an event loop did not take a command within %d s".formatted(COMMAND_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while handing a command to an event loop", e);
        }
        poke();
        if (ended) {
            skipCommands(); // it may have ended before it saw this one
        }
    }
}
