package io.baton.relay;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketOption;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves bytes between clients and upstreams: one event loop thread per worker, each owning its connections. Between two events every
 * byte is in a kernel object, a socket or a pipe. Thread-safe.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

    private enum State {
        NEW,
        ACCEPTING,
        NOT_ACCEPTING,
        CLOSED
    }

    private final Posix posix;
    private final RelayOptions options;
    private final RelayObserver observer;
    private final LongSupplier nanoTime;
    private final Map<String, List<Route>> routes = new ConcurrentHashMap<>();
    private final Set<String> accepting = new HashSet<>();
    private final RelaySource source = new RelaySource(this);
    private final RelayRestorer restorer = new RelayRestorer(this);

    /** Empty before {@link #start}, and the same ever after. */
    private volatile List<EventLoop> loops = List.of();

    private final List<Thread> threads = new ArrayList<>();
    private State state = State.NEW;
    private volatile @Nullable Budget budget;

    /**
     * Nothing is opened before {@link #start()}.
     *
     * @param observer told on loop threads
     */
    public Relay(Posix posix, RelayOptions options, RelayObserver observer) {
        this(posix, options, observer, System::nanoTime);
    }

    Relay(Posix posix, RelayOptions options, RelayObserver observer, LongSupplier nanoTime) {
        this.posix = requireNonNull(posix, "posix is null");
        this.options = requireNonNull(options, "options is null");
        this.observer = new GuardedObserver(requireNonNull(observer, "observer is null"));
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /**
     * Raises the soft RLIMIT_NOFILE to the hard one and starts the loops.
     *
     * @throws PosixException when there is no fd for a loop; nothing stays open then
     * @throws IllegalStateException when started before, or RLIMIT_NOFILE leaves no room for a connection
     */
    public synchronized void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("the relay was started before");
        }
        Budget shared = Budget.ofOpenFiles(posix, options, () -> loops.forEach(EventLoop::pokeIfPaused));
        List<EventLoop> opened = new ArrayList<>();
        try {
            for (int index = 0; index < options.workers(); index++) {
                opened.add(new EventLoop(index, posix, options, shared, observer, source::connectionCame, nanoTime));
            }
        } catch (PosixException e) {
            opened.forEach(loop -> {
                loop.close();
                loop.run(); // which closes its fds at once
            });
            throw e;
        }
        loops = List.copyOf(opened);
        budget = shared;
        state = State.ACCEPTING;
        for (int index = 0; index < loops.size(); index++) {
            threads.add(Thread.ofPlatform()
                    .name("baton-relay-" + index)
                    .daemon(true)
                    .start(loops.get(index)));
        }
    }

    /**
     * Lets connections of this listener be restored ({@link #connectionRestorer}), before {@link #addListener} accepts from it.
     *
     * @throws IllegalArgumentException when the name is taken
     * @throws IllegalStateException when not started, or closed
     */
    public synchronized void expectListener(RelayListener listener) {
        if (state == State.NEW || state == State.CLOSED) {
            throw new IllegalStateException(
                    "listener %s comes while the relay is %s".formatted(listener.name(), state));
        }
        if (routes.containsKey(listener.name())) {
            throw new IllegalArgumentException("listener %s is already there".formatted(listener.name()));
        }
        routes.put(listener.name(), loops.stream().map(_ -> Route.of(listener)).toList());
    }

    /**
     * Begins accepting on {@code listener}'s sockets (made non-blocking, and TCP_NODELAY if TCP) before it returns.
     *
     * @param listener as it was {@linkplain #expectListener expected}, if it was: only its sockets are looked at then
     * @throws IllegalArgumentException when the name is taken or there are sockets for more workers than the relay has
     * @throws IllegalStateException when not started, closed, after {@link #stopAccepting()}, or when a loop has died
     */
    public synchronized void addListener(RelayListener listener) {
        if (state != State.ACCEPTING) {
            throw new IllegalStateException(
                    "listener %s comes while the relay is %s".formatted(listener.name(), state));
        }
        if (listener.sockets().size() > loops.size()) {
            throw new IllegalArgumentException("listener %s has sockets for %d workers, expected at most %d"
                    .formatted(listener.name(), listener.sockets().size(), loops.size()));
        }
        if (accepting.contains(listener.name())) {
            throw new IllegalArgumentException("listener %s is already there".formatted(listener.name()));
        }
        listener.sockets().forEach(sockets -> sockets.forEach(this::prepare));
        if (!routes.containsKey(listener.name())) {
            expectListener(listener);
        }
        accepting.add(listener.name());
        List<Route> perLoop = routes(listener.name());
        List<Fd> all = listener.sockets().stream().flatMap(List::stream).toList();
        CountDownLatch added = new CountDownLatch(all.size());
        for (int worker = 0; worker < listener.sockets().size(); worker++) {
            for (Fd socket : listener.sockets().get(worker)) {
                boolean shared = Collections.frequency(all, socket) > 1;
                loops.get(worker).addListener(socket, shared, perLoop.get(worker), added::countDown);
            }
        }
        await(added);
        if (loops.stream().anyMatch(EventLoop::hasEnded)) {
            throw new IllegalStateException("listener %s comes after an event loop died".formatted(listener.name()));
        }
    }

    /** Accepted sockets inherit TCP_NODELAY from the listening one: a system call less per connection. */
    private void prepare(Fd socket) {
        posix.setNonBlocking(socket, true);
        if (posix.localAddress(socket) instanceof SocketAddress.Inet) {
            posix.setSocketOption(socket, SocketOption.TCP_NODELAY, 1);
        }
    }

    /**
     * Takes every listening socket out of every event loop before it returns; the caller may then close them, or leave them to
     * whoever else holds them. Clients that wait in an accept queue at that moment are still accepted. Connections go on. Final but for
     * {@link #resumeAccepting}, and idempotent. A loop that died is not waited for.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds
     */
    public synchronized void stopAccepting() {
        if (state == State.ACCEPTING) {
            CountDownLatch stopped = new CountDownLatch(loops.size());
            loops.forEach(loop -> loop.stopAccepting(stopped::countDown));
            await(stopped);
            state = State.NOT_ACCEPTING;
        }
    }

    /** Undoes {@link #stopAccepting}: listeners may be added again, with the names that they had. */
    public synchronized void resumeAccepting() {
        if (state == State.NOT_ACCEPTING) {
            accepting.clear();
            state = State.ACCEPTING;
        }
    }

    /** Connections accepted or restored and not yet ended or moved, over all workers. */
    public int activeConnections() {
        Budget shared = budget;
        return shared == null ? 0 : shared.active();
    }

    /** How many connections it takes at once: the configured number, or what RLIMIT_NOFILE allows when that is less. */
    public int maxConnections() {
        Budget shared = budget;
        return shared == null ? options.maxConnections() : shared.maxConnections();
    }

    /** Gives this relay's connections away, to another process. */
    public ConnectionSource connectionSource() {
        return source;
    }

    /** Takes connections over that were another relay's, of listeners that are added or {@linkplain #expectListener expected} here. */
    public ConnectionRestorer connectionRestorer() {
        return restorer;
    }

    List<EventLoop> loops() {
        return loops;
    }

    /** What the loops, in their order, know of a listener; empty for one not known. */
    List<Route> routes(String listener) {
        return routes.getOrDefault(listener, List.of());
    }

    boolean tryTakeRoom() {
        Budget shared = budget;
        return shared != null && shared.tryTake();
    }

    void giveRoom() {
        Budget shared = budget;
        if (shared != null) {
            shared.give();
        }
    }

    /** The numbers of each listener ever added, by name. */
    public Map<String, ListenerNumbers> numbers() {
        Map<String, ListenerNumbers> sums = new HashMap<>();
        routes.forEach((name, perLoop) -> sums.put(
                name, perLoop.stream().map(Route::numbers).reduce(ListenerNumbers.ZERO, ListenerNumbers::plus)));
        return sums;
    }

    /** Resets what connections are left, ends the loops and closes every fd the relay opened. Idempotent. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        loops.forEach(EventLoop::close);
        for (Thread thread : threads) {
            try {
                if (!thread.join(JOIN_LIMIT)) {
                    LOG.error("{} did not end within {} s", thread.getName(), JOIN_LIMIT.toSeconds());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** How often loops woke, for tests that they do not spin. */
    synchronized long rounds() {
        return loops.stream().mapToLong(EventLoop::rounds).sum();
    }

    /** One loop, for tests that command it past this class. */
    EventLoop loop(int worker) {
        return loops.get(worker);
    }

    /** Makes every loop look at its clock, for tests that move it by hand. */
    synchronized void poke() {
        loops.forEach(EventLoop::poke);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "an event loop did not answer within %d s".formatted(COMMAND_LIMIT.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an event loop", e);
        }
    }
}
