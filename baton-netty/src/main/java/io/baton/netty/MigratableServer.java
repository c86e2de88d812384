package io.baton.netty;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A Netty server whose live connections move to the next process: it accepts from handed sockets, and its {@link #source} and {@link
 * #restorer} are registered with {@code HotRestart}. What the server's handlers know of a connection it says in a {@link ChannelState}, what a
 * decoder holds as {@link UnreadBytes}; sockets and unsent bytes are seen to here.
 *
 * <p>A connection that comes gets the pipeline and the options that one accepted by the listener of the same name gets. In the process it
 * has left, its handlers hear {@code handlerRemoved}, not {@code channelInactive}, and its close future is done.
 *
 * <p>Fds: the channels own theirs; a socket given to {@link #listen} stays the caller's. Thread-safe.
 */
public final class MigratableServer {
    private static final long COMMAND_LIMIT_SECONDS = 5;

    private final Posix posix;
    private final EventLoopGroup group;
    private final ChannelState state;
    private final ServerSource source = new ServerSource(this);
    private final ServerRestorer restorer = new ServerRestorer(this);
    private final Map<EventLoop, LoopChannels> loops;
    private final List<LoopChannels> loopList;
    private final ConnectionCount count = new ConnectionCount();
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, ServedListener> listeners = new ConcurrentHashMap<>();
    private final List<AdoptedListener> adopted = new ArrayList<>();

    /**
     * Opens nothing.
     *
     * @param group made with {@link EpollLoops#newFactory}, and the caller's to end; others may use it, too
     */
    public MigratableServer(Posix posix, EventLoopGroup group, ChannelState state) {
        this.posix = requireNonNull(posix, "posix is null");
        this.group = requireNonNull(group, "group is null");
        this.state = requireNonNull(state, "state is null");
        this.loops = StreamSupport.stream(group.spliterator(), false)
                .map(EventLoop.class::cast)
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), loop -> new LoopChannels(loop, state, source::wake)));
        this.loopList = List.copyOf(loops.values());
    }

    /**
     * Begins accepting from {@code socket}, possibly before this returns, and lets connections of a listener of this name come from another
     * process. Not on one of the group's loops.
     *
     * @param name what the listener is called in all processes, up to some hundred characters
     * @param socket bound and listening, TCP or UNIX; made non-blocking. Stays the caller's, who closes it after {@link #stopAccepting}
     * @param bootstrap with child handler and options, without group and channel class; it is not changed
     * @throws IllegalArgumentException when the name is taken, or the group is none of {@link EpollLoops}
     * @throws io.baton.posix.PosixException when there is no fd for a duplicate
     * @throws IllegalStateException when Netty cannot register it, or the bootstrap has a group
     */
    public synchronized void listen(String name, Fd socket, ServerBootstrap bootstrap) {
        ServedListener listener = ServedListener.of(name, bootstrap.config());
        ServerBootstrap accepting = bootstrap
                .clone()
                .group(group, group)
                .handler(counting(Optional.ofNullable(bootstrap.config().handler())))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        LoopChannels loop = requireNonNull(loops.get(channel.eventLoop()), "a loop of another group");
                        channel.pipeline()
                                .addLast(
                                        new TrackedChannel(loop, listener, nextId(), Optional.empty()),
                                        listener.childHandler());
                    }
                });
        if (listeners.putIfAbsent(name, listener) != null) {
            throw new IllegalArgumentException("listener %s is already there".formatted(name));
        }
        try {
            AdoptedListener made = AdoptedListener.adopt(posix, socket, accepting);
            adopted.add(made);
            if (EpollLoops.registration(made.channel()) == null) {
                adopted.remove(made);
                made.release().awaitUninterruptibly();
                throw new IllegalArgumentException(
                        "the group of listener %s is %s, expected one made with EpollLoops".formatted(name, group));
            }
        } catch (RuntimeException e) {
            listeners.remove(name);
            throw e;
        }
    }

    private ChannelHandler counting(Optional<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(count);
                handler.ifPresent(channel.pipeline()::addLast);
            }
        };
    }

    /**
     * Takes every listening socket out of every event loop before it returns, for {@code ParentDuties.drainListeners}. Connections go on,
     * and may still come and go between processes. Idempotent.
     *
     * @throws IllegalStateException when a loop did not answer within 5 seconds; to be called again
     */
    public synchronized void stopAccepting() {
        List<ChannelFuture> released =
                adopted.stream().map(AdoptedListener::release).toList();
        for (ChannelFuture future : released) {
            if (!future.awaitUninterruptibly(COMMAND_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "an event loop did not answer within %d s".formatted(COMMAND_LIMIT_SECONDS));
            }
        }
        adopted.clear();
    }

    /** Connections accepted or come from another process, and not yet ended or gone to another: for {@code ParentDuties.connections}. */
    public int connections() {
        return count.open();
    }

    /** Gives the connections away, to the next process: to be registered with {@code HotRestart}. */
    public ConnectionSource source() {
        return source;
    }

    /** Takes connections over that were another process's, of listeners that are here: to be registered with {@code HotRestart}. */
    public ConnectionRestorer restorer() {
        return restorer;
    }

    ChannelState state() {
        return state;
    }

    List<LoopChannels> loops() {
        return loopList;
    }

    Optional<ServedListener> listener(String name) {
        return Optional.ofNullable(listeners.get(name));
    }

    ConnectionCount count() {
        return count;
    }

    long nextId() {
        return ids.incrementAndGet();
    }
}
