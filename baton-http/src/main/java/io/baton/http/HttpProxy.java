package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.netty.AdoptedListener;
import io.baton.netty.EpollLoops;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 reverse proxy: one event loop thread per worker, each owning its clients' connections and the upstream connections they
 * use. Thread-safe.
 */
public final class HttpProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpProxy.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);

    private enum State {
        NEW,
        ACCEPTING,
        NOT_ACCEPTING,
        CLOSED
    }

    private final Posix posix;
    private final HttpProxyOptions options;
    private final HttpObserver observer;
    private final Map<String, Listening> listenings = new ConcurrentHashMap<>();
    private final List<AdoptedListener> adopted = new ArrayList<>();
    private final Set<String> accepting = new HashSet<>();
    private final HttpSource source = new HttpSource(this);
    private final HttpRestorer restorer = new HttpRestorer(this);

    /** Empty before {@link #start}, and the same ever after. */
    private volatile List<Worker> workers = List.of();

    private State state = State.NEW;
    private @Nullable EventLoopGroup group;
    private volatile @Nullable Shared shared;
    private volatile @Nullable DrainDecision drain;

    /**
     * Nothing is opened before {@link #start()}.
     *
     * @param observer told on event loops
     */
    public HttpProxy(Posix posix, HttpProxyOptions options, HttpObserver observer) {
        this.posix = requireNonNull(posix, "posix is null");
        this.options = requireNonNull(options, "options is null");
        this.observer = new GuardedObserver(requireNonNull(observer, "observer is null"));
    }

    /**
     * Raises the soft RLIMIT_NOFILE to the hard one and starts the event loops.
     *
     * @throws IllegalStateException when started before, there are no fds for the loops, or RLIMIT_NOFILE leaves no room for a connection
     */
    public synchronized void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("the HTTP proxy was started before");
        }
        Admission admission = new Admission(Admission.mostConnections(posix, options), observer);
        Shared common = new Shared(options, observer, admission, source);
        EventLoopGroup loops;
        try {
            loops = new MultiThreadIoEventLoopGroup(
                    options.workers(), new DefaultThreadFactory("baton-http", true), EpollLoops.newFactory());
        } catch (IllegalStateException | ChannelException | LinkageError e) {
            throw new IllegalStateException("the event loops cannot start: " + e.getMessage(), e);
        }
        workers = Stream.generate(() -> new Worker(loops.next(), common))
                .limit(options.workers())
                .toList();
        DrainDecision decision = drain;
        if (decision != null) {
            common.drain(decision);
        }
        group = loops;
        shared = common;
        state = State.ACCEPTING;
    }

    /**
     * Lets connections of this listener be restored ({@link #connectionRestorer}), before {@link #addListener} accepts from it.
     *
     * @throws IllegalArgumentException when the name is taken
     * @throws IllegalStateException when not started, or closed
     */
    public synchronized void expectListener(HttpListener listener) {
        if (state == State.NEW || state == State.CLOSED) {
            throw new IllegalStateException(
                    "listener %s comes while the HTTP proxy is %s".formatted(listener.name(), state));
        }
        if (listenings.putIfAbsent(listener.name(), new Listening(listener)) != null) {
            throw new IllegalArgumentException("listener %s is already there".formatted(listener.name()));
        }
    }

    /**
     * Begins accepting on {@code listener}'s sockets (made non-blocking) before it returns.
     *
     * @param listener as it was {@linkplain #expectListener expected}, if it was: only its sockets are looked at then
     * @throws IllegalArgumentException when the name is taken or there are sockets for more workers than the proxy has
     * @throws IllegalStateException when not started, closed, or after {@link #stopAccepting()}
     * @throws io.baton.posix.PosixException when there are no fds for duplicates of its sockets; those that there were accept
     */
    public synchronized void addListener(HttpListener listener) {
        if (state != State.ACCEPTING) {
            throw new IllegalStateException(
                    "listener %s comes while the HTTP proxy is %s".formatted(listener.name(), state));
        }
        if (listener.sockets().size() > workers.size()) {
            throw new IllegalArgumentException("listener %s has sockets for %d workers, expected at most %d"
                    .formatted(listener.name(), listener.sockets().size(), workers.size()));
        }
        if (!accepting.add(listener.name())) {
            throw new IllegalArgumentException("listener %s is already there".formatted(listener.name()));
        }
        Listening listening = listenings.computeIfAbsent(listener.name(), _ -> new Listening(listener));
        for (int index = 0; index < listener.sockets().size(); index++) {
            ServerBootstrap bootstrap = bootstrap(workers.get(index), listening);
            for (Fd socket : listener.sockets().get(index)) {
                AdoptedListener accepting = AdoptedListener.adopt(posix, socket, bootstrap);
                adopted.add(accepting);
                requireNonNull(shared, "shared is null").admission().add(accepting.channel());
            }
        }
    }

    /** Clients' connections are served by the loop that accepts them. */
    private ServerBootstrap bootstrap(Worker worker, Listening listening) {
        int high = options.bufferBytes();
        return new ServerBootstrap()
                .group(worker.loop(), worker.loop())
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(high / 2, high))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        ClientPipelines.accepted(worker, listening, channel);
                    }
                });
    }

    /**
     * Takes every listening socket out of every event loop before it returns; the caller may then close them, or leave them to whoever
     * else holds them. Connections go on. Final but for {@link #resumeAccepting}, and idempotent.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds
     */
    public synchronized void stopAccepting() {
        if (state != State.ACCEPTING) {
            return;
        }
        Shared common = requireNonNull(shared, "shared is null");
        common.admission().removeAll();
        List<ChannelFuture> released =
                adopted.stream().map(AdoptedListener::release).toList();
        for (ChannelFuture future : released) {
            if (!future.awaitUninterruptibly(COMMAND_LIMIT.toMillis())) {
                throw new IllegalStateException(
                        "an event loop did not answer within %d s".formatted(COMMAND_LIMIT.toSeconds()));
            }
        }
        adopted.clear();
        state = State.NOT_ACCEPTING;
    }

    /** Undoes {@link #stopAccepting}: listeners may be added again, with the names that they had. */
    public synchronized void resumeAccepting() {
        if (state == State.NOT_ACCEPTING) {
            accepting.clear();
            state = State.ACCEPTING;
        }
    }

    /**
     * From now on {@code decision} is asked for each response whether it says {@code Connection: close}. Idle connections are not closed:
     * each waits for its next request, within its idle timeout. Connections that move to another process are not told to leave: the
     * decision is for those that stay. For each HTTP/2 connection it is asked at once and every second, whether clients are told to go on
     * elsewhere; which costs them no request, so idle ones are told, too. A later decision replaces the one before.
     */
    public synchronized void drain(DrainDecision decision) {
        drain = requireNonNull(decision, "decision is null");
        Shared common = shared;
        if (common != null) {
            common.drain(decision);
            if (state != State.CLOSED) {
                workers.forEach(worker -> worker.loop().execute(worker::drain));
            }
        }
    }

    /** Gives this proxy's connections away, to another process. */
    public ConnectionSource connectionSource() {
        return source;
    }

    /** Takes connections over that were another proxy's, of listeners that are added or {@linkplain #expectListener expected} here. */
    public ConnectionRestorer connectionRestorer() {
        return restorer;
    }

    List<Worker> workers() {
        return workers;
    }

    Optional<Listening> listening(String name) {
        return Optional.ofNullable(listenings.get(name));
    }

    /** Clients' connections accepted or restored, and not yet ended or moved, over all workers. */
    public int activeConnections() {
        Shared common = shared;
        return common == null ? 0 : common.admission().active();
    }

    /** How many connections it takes at once: the configured number, or what RLIMIT_NOFILE allows when that is less. */
    public int maxConnections() {
        Shared common = shared;
        return common == null ? options.maxConnections() : common.admission().most();
    }

    /** The numbers of each listener ever added, by name. */
    public Map<String, HttpNumbers> numbers() {
        return listenings.values().stream().collect(Collectors.toMap(Listening::name, Listening::read));
    }

    /** Cuts what connections are left, ends the loops and closes every fd the proxy opened. Idempotent. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        EventLoopGroup loops = group;
        if (loops != null) {
            adopted.forEach(listener -> listener.release().awaitUninterruptibly(COMMAND_LIMIT.toMillis()));
            workers.forEach(worker -> worker.loop().execute(worker::cut));
            Future<?> ended = loops.shutdownGracefully(0, COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended.awaitUninterruptibly(2 * COMMAND_LIMIT.toMillis())) {
                LOG.error("the event loops did not end within {} s", 2 * COMMAND_LIMIT.toSeconds());
            }
        }
        state = State.CLOSED;
    }
}
