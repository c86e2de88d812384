package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * This process's part in a hot restart: child of the process before it, parent of the one after. Speaks Envoy's protocol, so either
 * may be an Envoy.
 *
 * <p>The order of calls: {@link #join}, {@link #shutdownParentAdmin}, {@link Listeners#listen} for each socket, {@link #serve}, then
 * {@link #ready} once everything is initialised. Methods may be called from any thread, one at a time until {@code ready} has
 * returned, freely after.
 */
public sealed interface HotRestart extends AutoCloseable permits ActiveHotRestart, DisabledHotRestart {

    /**
     * Binds this epoch's socket names, attaches the lineage's shared memory, marks the lineage as initialising and writes the base id
     * file. Nothing of the parent has been touched when this fails.
     *
     * @param stats gets the {@code server.*} values of the hot restart, and the parent's numbers merged in
     * @throws HotRestartException when the names are in use, another process is still initialising, or the parent's version differs
     */
    static HotRestart join(HotRestartOptions options, Posix posix, Stats stats) throws HotRestartException {
        return join(options, posix, stats, HotRestartObserver.NONE);
    }

    /** As {@link #join(HotRestartOptions, Posix, Stats)}; {@code observer} hears of every change of state. */
    static HotRestart join(HotRestartOptions options, Posix posix, Stats stats, HotRestartObserver observer)
            throws HotRestartException {
        return options.disabled()
                ? new DisabledHotRestart(options, posix, stats, observer)
                : ActiveHotRestart.join(options, posix, stats, observer, Optional.empty());
    }

    /**
     * As {@link #join(HotRestartOptions, Posix, Stats, HotRestartObserver)}, for an image that took another's place in this process (see
     * {@link #pack}): the same epoch goes on, without a parent, with the base id that the image before had. Nothing is final before
     * {@link #ready}: when this image fails before, every fd of the belongings is as it was.
     *
     * @throws HotRestartException besides, when a listener is not what it is said to be
     */
    static HotRestart resume(
            HotRestartOptions options, Posix posix, Stats stats, HotRestartObserver observer, Belongings belongings)
            throws HotRestartException {
        if (options.disabled()) {
            return new DisabledHotRestart(options, posix, stats, observer).resume(belongings);
        }
        HotRestartOptions same = options.with(values -> {
            values.epoch = belongings.epoch();
            values.baseId = belongings.baseId();
            values.epoch = belongings.epoch();
            values.dynamicBaseId = false;
        });
        return ActiveHotRestart.join(same, posix, stats, observer, Optional.of(belongings));
    }

    /** What {@code --hot-restart-version} prints, {@code 11.104} on x86-64: processes that print the same can restart one another. */
    static String supportedVersion(Posix posix) {
        return SharedMemory.VERSION + "." + SharedMemory.sizeBytes(posix);
    }

    /** {@link #supportedVersion}, or {@code disabled}. */
    String version();

    /** The base id in use: the chosen one when it was dynamic. */
    BaseId baseId();

    RestartEpoch epoch();

    /** When the first process of the lineage started, as far as its processes told one another; ours without a parent. */
    Instant originalStart();

    /** The sockets of this process, inherited or bound. */
    Listeners listeners();

    /**
     * Asks the parent to close its admin listener, so that this process can bind the address. The parent terminates its own parent,
     * if that is still there.
     *
     * @return what the parent told of itself; empty without a parent, and after {@link #ready}
     * @throws HotRestartException when the parent does not answer in time, or not as expected
     */
    Optional<ParentAdmin> shutdownParentAdmin() throws HotRestartException;

    /**
     * Lets connections of {@code source} move to a child that takes their kind. Before {@link #ready}.
     *
     * @throws IllegalStateException after {@link #ready}, or when there is a source of this kind's name already
     */
    void register(ConnectionSource source);

    /**
     * Lets connections of {@code restorer}'s kind move here: from the parent during {@link #ready} and as long as the parent drains, and
     * back from a child that is rolled back. Before {@link #ready}.
     *
     * @throws IllegalStateException after {@link #ready}, or when there is a restorer of this kind's name already
     */
    void register(ConnectionRestorer restorer);

    /**
     * Has what {@code heirloom} gives go to a child that has one of the same name, and takes the parent's during {@link #ready}. Before
     * {@link #ready}.
     *
     * @throws IllegalStateException after {@link #ready}, or when its name is taken or none
     */
    void register(Heirloom heirloom);

    /** Begins to answer a child, on a thread of its own; {@code duties} are called on it. A child comes only after {@link #ready}. */
    void serve(ParentDuties duties);

    /**
     * Has {@link #ready} undo the hot restart: no more connections are taken over, {@link ParentDuties#drainListeners} is called on this
     * process's own duties, and what it holds goes back to the parent, which serves on. {@code ready} then throws. Any thread.
     *
     * @return false when it is too late for that, or there is no parent to go back to
     */
    boolean rollBack(String reason);

    /**
     * Takes the parent's connections over by a handover channel that this process has inherited, instead of asking the parent for one.
     * Before {@link #ready}.
     *
     * @param channel this process's end of a SOCK_SEQPACKET pair that the parent has made; now owned here
     * @param patient the parent's operator says when connections move and when that is final, so {@link #ready} waits for both without
     *     limit, as long as the parent lives
     */
    void inherit(Fd channel, boolean patient);

    /**
     * Offers connections to a child that this process has started itself: by the channel that it has inherited. All listeners count as
     * handed over, until {@link #childHasEnded}. After {@link #ready}. Any thread.
     *
     * @param child whose channel is now owned here
     */
    void expect(StartedChild child);

    /** How far the handover to the {@linkplain #expect expected} child may go from now on. Any thread. */
    void setPace(HandoverPace pace);

    /** Whether the {@linkplain #expect expected} child has initialised, accepts, and is ready for connections. Any thread. */
    boolean childHasGreeted();

    /** The {@linkplain #expect expected} child is no more: the paths of UNIX listeners are ours again, unless we drain. Any thread. */
    void childHasEnded();

    /** Connections that have moved here and from here. Any thread. */
    MigrationReport migration();

    /**
     * Declares this process initialised and accepting: takes over what connections the parent can give, merges the parent's stats, has the parent drain, lets the next child in, and
     * starts the clock that ends the parent.
     *
     * <p>The caller may accept already, so a stalled parent holds this up for 4 seconds at most: 2 for its stats, which are merged later
     * if they come later, and 2 for room in its queue. What is in the queue it will read, and drain, when it goes on.
     *
     * @throws HotRestartException.RolledBack after {@link #rollBack}: the parent serves on, and this process has nothing left to do
     * @throws HotRestartException when the parent, still there, cannot be told to drain; it then goes on serving
     * @throws IllegalStateException before {@link #serve}, or when called twice
     */
    void ready() throws HotRestartException;

    /**
     * Drains without a child, as on a signal: {@link ParentDuties#drainListeners}, then {@link ParentDuties#terminate} when the last
     * connection has left, at the latest after the drain time. A child that comes meanwhile, and goes on asking for
     * stats, decides instead. Does nothing when already draining.
     */
    void drain();

    /**
     * Makes this process ready to have its image replaced in place (execve(2), same pid): quiesces its connections, and lets no child come.
     * The caller has stopped accepting before, without closing a listener; newcomers wait in the kernel's queues. Either the image is
     * replaced then, and the next one calls {@link #resume}, or {@link Packing#undo} is called.
     *
     * @param connections how many this process has at the moment
     * @param stays called once when some cannot move at once: they may be told to leave
     * @param patience how long those are waited for, while all others stand still
     * @throws HotRestartException when this process does not serve on its own (a child is there, or a parent still), or has more than
     *     can be taken along; it goes on then
     */
    Packing pack(LongSupplier connections, Runnable stays, Duration patience) throws HotRestartException;

    /** How many images this process had before this one; 0 unless it was {@linkplain #resume resumed}. */
    int images();

    /** Guards the log file that parent and child both write. */
    SharedLock logLock();

    /** Guards the access log files that parent and child both write. */
    SharedLock accessLogLock();

    DrainManager drainManager();

    HotRestartState state();

    /**
     * As a draining parent: sends a datagram that belongs to a session of the child's to it.
     *
     * @return false when there is no child, or it takes none right now: the packet is lost, as UDP may
     */
    boolean forward(UdpPacket packet);

    /** As a child: {@code handler} gets the datagrams that the parent forwards, on a thread of the hot restart; it must not block. */
    void onForwarded(UdpPacketHandler handler);

    /**
     * Ends this process's part: stops answering, terminates an own parent that is still there (not before {@link #ready}: a failed
     * start leaves its parent alone; nor when a drain of our own has ended: the parent's may go on), closes all listeners and sockets,
     * removes path sockets. Idempotent.
     */
    @Override
    void close();
}
