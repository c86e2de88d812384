package io.baton;

import io.baton.posix.Posix;
import io.baton.spi.ConnectionRestorer;
import io.baton.spi.ConnectionSource;
import io.baton.spi.Heirloom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Takes no part: nothing is shared with any other process, and no child ever comes. */
final class DisabledHotRestart implements HotRestart {
    private static final Duration DRAIN_TURN = Duration.ofMillis(50);

    private final Instant started = Instant.now();
    private final Lifecycle lifecycle;
    private final Migrations migrations = new Migrations();
    private final Listeners listeners;
    private final DrainManager drainManager;
    private final DrainProcedure drain;
    private final SharedLock logLock = new InProcessLock();
    private final SharedLock accessLogLock = new InProcessLock();
    private volatile Optional<ParentDuties> duties = Optional.empty();
    private volatile boolean closed;

    DisabledHotRestart(HotRestartOptions options, Posix posix, HotRestartObserver observer) {
        this.lifecycle = new Lifecycle(RestartEpoch.FIRST, observer);
        this.listeners = new Listeners(posix, ParentSockets.NONE);
        this.drainManager = new DrainManager(options.drainTime(), options.drainStrategy(), System::nanoTime);
        this.drain = new DrainProcedure(drainManager, listeners, options.exitWhenDrained());
    }

    @Override
    public String version() {
        return "disabled";
    }

    @Override
    public BaseId baseId() {
        return new BaseId(0);
    }

    @Override
    public RestartEpoch epoch() {
        return RestartEpoch.FIRST;
    }

    @Override
    public Instant originalStart() {
        return started;
    }

    @Override
    public Listeners listeners() {
        return listeners;
    }

    @Override
    public Optional<ParentAdmin> shutdownParentAdmin() {
        return Optional.empty();
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
    public void serve(ParentDuties duties) {
        this.duties = Optional.of(duties);
    }

    @Override
    public boolean rollBack(String reason) {
        return false;
    }

    @Override
    public MigrationReport migration() {
        return MigrationReport.NONE;
    }

    @Override
    public void ready() {
        if (lifecycle.offer(new HotRestartEvent.Ready()).isEmpty()) {
            throw new IllegalStateException("ready was called before: " + lifecycle.state());
        }
        migrations.close();
        listeners.takenOver();
    }

    @Override
    public void drain() {
        ParentDuties server =
                duties.orElseThrow(() -> new IllegalStateException("serve(duties) must come before drain()"));
        lifecycle
                .offer(new HotRestartEvent.DrainRequested())
                .ifPresent(from ->
                        Thread.ofPlatform().daemon().name("baton-drain").start(() -> drainAndTerminate(server)));
    }

    private void drainAndTerminate(ParentDuties server) {
        drain.begin(server);
        Optional<String> over = drain.over(server);
        while (over.isEmpty() && !closed) {
            RpcStream.pause(DRAIN_TURN);
            drain.stopAccepting(server);
            over = drain.over(server);
        }
        if (!closed) {
            over.flatMap(reason -> lifecycle.offer(new HotRestartEvent.Drained(reason)))
                    .ifPresent(from -> Guarded.run("terminate", server::terminate));
        }
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
        return false;
    }

    @Override
    public void onForwarded(UdpPacketHandler handler) {
        // nobody forwards
    }

    @Override
    public void close() {
        closed = true;
        listeners.closeAll();
    }
}
