package io.baton;

import io.baton.DomainSocketNames.Role;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketType;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes part: child of the epoch before, parent of the epoch after. */
final class ActiveHotRestart implements HotRestart {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveHotRestart.class);
    private static final int DYNAMIC_BASE_ID_ATTEMPTS = 100;
    private static final long DYNAMIC_BASE_ID_MASK = 0x0FFF_FFFF;

    private final Posix posix;
    private final HotRestartOptions options;
    private final DomainSocketNames names;
    private final DomainSockets sockets;
    private final SharedMemory memory;
    private final Stats stats;
    private final HotRestartingChild asChild;
    private final Lifecycle lifecycle;
    private final Migrations migrations;
    private final Listeners listeners;
    private final DrainManager drainManager;
    private final SharedLock logLock;
    private final SharedLock accessLogLock;
    private final int images;
    private final Optional<Instant> originalStart;
    private volatile Optional<Belongings> belongings;
    private volatile Optional<HotRestartingParent> asParent = Optional.empty();
    private final AtomicBoolean closed = new AtomicBoolean();

    private ActiveHotRestart(
            Posix posix,
            HotRestartOptions options,
            DomainSocketNames names,
            DomainSockets sockets,
            SharedMemory memory,
            Stats stats,
            HotRestartingChild asChild,
            Migrations migrations,
            HotRestartObserver observer,
            Optional<Belongings> belongings) {
        this.posix = posix;
        this.options = options;
        this.names = names;
        this.sockets = sockets;
        this.memory = memory;
        this.stats = stats;
        this.asChild = asChild;
        this.migrations = migrations;
        this.belongings = belongings;
        this.images = belongings.map(Belongings::images).orElse(0);
        this.originalStart = belongings.map(left -> Instant.ofEpochSecond(left.originalStartSeconds()));
        this.lifecycle = new Lifecycle(options.epoch(), observer);
        this.listeners = new Listeners(posix, asChild);
        migrations.add(listeners.foreignPaths());
        this.drainManager = new DrainManager(options.drainTime(), options.drainStrategy(), System::nanoTime);
        this.logLock = new RobustSharedLock(posix, "the log lock", memory.logLock());
        this.accessLogLock = new RobustSharedLock(posix, "the access log lock", memory.accessLogLock());
    }

    static HotRestart join(
            HotRestartOptions options,
            Posix posix,
            Stats stats,
            HotRestartObserver observer,
            Optional<Belongings> belongings)
            throws HotRestartException {
        if (!options.dynamicBaseId()) {
            return attach(options, posix, stats, observer, belongings);
        }
        for (int attempt = 0; attempt < DYNAMIC_BASE_ID_ATTEMPTS; attempt++) {
            BaseId baseId = new BaseId(ThreadLocalRandom.current().nextLong() & DYNAMIC_BASE_ID_MASK);
            try {
                return attach(options.with(values -> values.baseId = baseId), posix, stats, observer, belongings);
            } catch (HotRestartException.AddressInUse e) {
                LOG.info("dynamic base id {} is in use", baseId.value());
            }
        }
        throw new HotRestartException("unable to select a dynamic base id");
    }

    private static HotRestart attach(
            HotRestartOptions options,
            Posix posix,
            Stats stats,
            HotRestartObserver observer,
            Optional<Belongings> belongings)
            throws HotRestartException {
        DomainSocketNames names = new DomainSocketNames(options.socketPath(), options.baseId());
        DomainSockets sockets = DomainSockets.bind(posix, names, options.epoch(), options.socketMode());
        HotRestartingChild asChild = null;
        Migrations migrations = new Migrations();
        try {
            asChild = new HotRestartingChild(posix, options, names, sockets, stats, migrations);
            if (belongings.isPresent()) {
                asChild.haveNoParent();
            } else if (options.skipOnNoParent()) {
                asChild.probeParent();
            }
            SharedMemory memory = belongings.isPresent()
                    ? SharedMemory.continued(posix, options.baseId())
                    : attachMemory(options, posix, names, asChild.parentPresent());
            if (belongings.isEmpty() || !memory.initializing()) { // the image before has set it
                memory.setInitializing();
            }
            try {
                ActiveHotRestart hotRestart = new ActiveHotRestart(
                        posix, options, names, sockets, memory, stats, asChild, migrations, observer, belongings);
                hotRestart.publish();
                if (belongings.isPresent()) {
                    new Unpacking(posix, belongings.get()).begin(hotRestart.listeners, stats);
                }
                return hotRestart;
            } catch (HotRestartException | RuntimeException e) {
                memory.clearInitializing();
                if (!asChild.parentPresent() && !othersLive(posix, names, options.epoch())) {
                    memory.unlink();
                }
                throw e;
            }
        } catch (HotRestartException | RuntimeException e) {
            if (asChild != null) {
                asChild.close();
            }
            sockets.close();
            throw e;
        }
    }

    private static SharedMemory attachMemory(
            HotRestartOptions options, Posix posix, DomainSocketNames names, boolean parentPresent)
            throws HotRestartException {
        boolean alone = !parentPresent && !othersLive(posix, names, options.epoch());
        if (!alone && options.epoch().isFirst()) { // it would take their memory away, and they would never know
            throw new HotRestartException.AddressInUse(
                    ("unable to bind domain socket with base_id=%d, id=0, errno=%d (see --base-id option): another "
                                    + "process of this base id is alive")
                            .formatted(options.baseId().scaled(), Errno.EADDRINUSE.number()));
        }
        Optional<SharedMemory> theirs = alone ? Optional.empty() : SharedMemory.open(posix, options.baseId());
        if (theirs.isEmpty() && !parentPresent) { // the first, or one that starts cold: nobody's is replaced
            return SharedMemory.create(posix, options.baseId());
        }
        return theirs.orElseThrow(() -> new HotRestartException(
                "cannot open shared memory region %s check user permissions. Error: No such file or directory"
                        .formatted(SharedMemory.name(options.baseId()))));
    }

    private void publish() {
        stats.gauge("server.hot_restart_epoch", ImportMode.NEVER_IMPORT)
                .set(options.epoch().value());
        stats.gauge(Stats.GENERATION, ImportMode.ACCUMULATE).set(1);
        stats.gauge("server.live", ImportMode.NEVER_IMPORT, () -> isLive() ? 1 : 0);
        options.baseIdPath().ifPresent(this::writeBaseId);
    }

    private boolean isLive() {
        return switch (lifecycle.state()) {
            case HotRestartState.Serving _, HotRestartState.AwaitingReady _ -> true;
            case HotRestartState.Migrating _, HotRestartState.RollingBack _ -> true;
            case HotRestartState.Starting _, HotRestartState.Draining _, HotRestartState.Terminated _ -> false;
        };
    }

    private void writeBaseId(Path path) {
        try {
            Files.writeString(path, Long.toString(options.baseId().value()));
        } catch (IOException e) {
            LOG.error("cannot open base id output file {} for writing: {}", path, e.toString());
        }
    }

    @Override
    public String version() {
        return HotRestart.supportedVersion(posix);
    }

    @Override
    public BaseId baseId() {
        return options.baseId();
    }

    @Override
    public RestartEpoch epoch() {
        return options.epoch();
    }

    @Override
    public Instant originalStart() {
        return originalStart.orElseGet(asChild::originalStart);
    }

    @Override
    public Listeners listeners() {
        return listeners;
    }

    @Override
    public Optional<ParentAdmin> shutdownParentAdmin() throws HotRestartException {
        return asChild.shutdownAdmin();
    }

    @Override
    public void register(ConnectionSource source) {
        migrations.add(source);
    }

    @Override
    public void register(ConnectionRestorer restorer) {
        migrations.add(restorer);
    }

    @Override
    public void register(Heirloom heirloom) {
        migrations.add(heirloom);
    }

    @Override
    public synchronized void serve(ParentDuties duties) {
        if (asParent.isPresent() || closed.get()) {
            throw new IllegalStateException("serve was called before, or after close");
        }
        Gauge parentConnections = stats.gauge("server.parent_connections", ImportMode.NEVER_IMPORT);
        stats.gauge(
                "server.total_connections",
                ImportMode.NEVER_IMPORT,
                () -> duties.connections() + parentConnections.value());
        DrainProcedure drain = new DrainProcedure(drainManager, listeners, options.exitWhenDrained());
        HotRestartingParent parent = new HotRestartingParent(
                posix,
                options,
                names,
                sockets,
                new HotRestartingParent.Self(
                        options.epoch(), lifecycle, memory, listeners, stats, drain, migrations, asChild),
                duties);
        asParent = Optional.of(parent);
        parent.start();
    }

    @Override
    public boolean rollBack(String reason) {
        return asChild.parentPresent() && asChild.migration().rollBack(reason);
    }

    @Override
    public void inherit(Fd channel, boolean patient) {
        asChild.migration().inherit(channel, patient);
    }

    @Override
    public void expect(StartedChild child) {
        parent("expect").expect(child);
    }

    @Override
    public void setPace(HandoverPace pace) {
        parent("setPace").setPace(pace);
    }

    @Override
    public boolean childHasGreeted() {
        return asParent.map(HotRestartingParent::childHasGreeted).orElse(false);
    }

    @Override
    public void childHasEnded() {
        parent("childHasEnded").childHasEnded();
    }

    private HotRestartingParent parent(String call) {
        return asParent.orElseThrow(() -> new IllegalStateException("serve(duties) must come before " + call));
    }

    @Override
    public MigrationReport migration() {
        long movable = migrations.sources().stream()
                .mapToLong(ConnectionSource::movable)
                .sum();
        return asChild.migration()
                .report(
                        asParent.map(HotRestartingParent::moved).orElse(0L),
                        asParent.map(HotRestartingParent::stayed).orElse(0L),
                        movable);
    }

    @Override
    public synchronized void ready() throws HotRestartException {
        if (asParent.isEmpty() || closed.get()) {
            throw new IllegalStateException("serve(duties) must come before ready(): the next child may ask at once");
        }
        if (!(lifecycle.state() instanceof HotRestartState.Starting)) {
            throw new IllegalStateException("ready was called before: " + lifecycle.state());
        }
        HotRestartingParent parent = asParent.get();
        migrations.close();
        asChild.takeOver(parent.duties());
        belongings.ifPresent(left -> new Unpacking(posix, left).restore(migrations, stats));
        belongings = Optional.empty();
        listeners.takenOver();
        parent.keepFlag(true);
        lifecycle.offer(new HotRestartEvent.Ready()); // before the flag is gone: the next child may ask at once
        memory.clearInitializing();
        parent.keepFlag(false);
        asChild.startPolling();
    }

    @Override
    public synchronized Packing pack(LongSupplier connections, Runnable stays, Duration patience)
            throws HotRestartException {
        if (closed.get()
                || !(lifecycle.state() instanceof HotRestartState.Serving serving)
                || serving.lateChild().isPresent()
                || asChild.parentPresent()) {
            throw new HotRestartException("this process is %s%s, expected one that serves on its own"
                    .formatted(
                            lifecycle.state().label(),
                            asChild.parentPresent() ? ", and its parent is still there" : ""));
        }
        closeToChildren();
        Packing packing = new Packing(new Packing.Self(
                baseId(), epoch(), images(), originalStart(), migrations, listeners, stats, this::openToChildren));
        packing.gather(connections, stays, patience);
        return packing;
    }

    /** None comes until the next image has cleared the flag, or {@link #openToChildren}. */
    private void closeToChildren() throws HotRestartException {
        HotRestartingParent parent = asParent.orElseThrow();
        parent.keepFlag(true);
        try {
            memory.setInitializing();
        } catch (HotRestartException e) {
            parent.keepFlag(false);
            throw e;
        }
    }

    private void openToChildren() {
        memory.clearInitializing();
        asParent.ifPresent(parent -> parent.keepFlag(false));
    }

    @Override
    public int images() {
        return images;
    }

    @Override
    public void drain() {
        asParent.orElseThrow(() -> new IllegalStateException("serve(duties) must come before drain()"))
                .drain();
    }

    @Override
    public SharedLock logLock() {
        return logLock;
    }

    @Override
    public SharedLock accessLogLock() {
        return accessLogLock;
    }

    @Override
    public DrainManager drainManager() {
        return drainManager;
    }

    @Override
    public HotRestartState state() {
        return lifecycle.state();
    }

    @Override
    public boolean forward(UdpPacket packet) {
        return asParent.map(parent -> parent.forward(packet)).orElse(false);
    }

    @Override
    public void onForwarded(UdpPacketHandler handler) {
        asChild.onForwarded(handler);
    }

    /** Takes no lock: a child's Terminate may have the parent thread close while another thread does, which waits for that one. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean lastOfLineage = isLast();
        asParent.ifPresent(HotRestartingParent::close);
        asChild.close();
        listeners.closeAll();
        if (lifecycle.state() instanceof HotRestartState.Starting) {
            memory.clearInitializing(); // a failed start: the same epoch can be tried again at once
        }
        if (lastOfLineage) {
            memory.unlink();
        }
        sockets.close();
    }

    /** Nobody before us, nobody after us: what Envoy would leave in /dev/shm for ever. */
    private boolean isLast() {
        return !asChild.parentPresent() && !othersLive(posix, names, options.epoch());
    }

    /** Whether a process of this base id lives in another slot, whatever its epoch. The child's name is the first that each binds. */
    private static boolean othersLive(Posix posix, DomainSocketNames names, RestartEpoch epoch) {
        return isLive(posix, names, epoch.next())
                || isLive(posix, names, epoch.next().next());
    }

    private static boolean isLive(Posix posix, DomainSocketNames names, RestartEpoch epoch) {
        return UnixPaths.isLive(posix, names.address(Role.CHILD, epoch), SocketType.DATAGRAM);
    }
}
