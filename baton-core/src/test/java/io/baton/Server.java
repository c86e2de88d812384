package io.baton;

import io.baton.posix.Posix;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A server as the hot restart sees it: notes what it is asked to do. */
final class Server implements ParentDuties, AutoCloseable {
    final Stats stats = new Stats();
    final HotRestart hotRestart;
    final List<String> duties = new CopyOnWriteArrayList<>();
    final AtomicLong connections = new AtomicLong();
    final AtomicBoolean failing = new AtomicBoolean();
    volatile Runnable onDrain = () -> {};

    private Server(Posix posix, HotRestartOptions options) throws HotRestartException {
        this.hotRestart = HotRestart.join(options, posix, stats);
        hotRestart.serve(this);
    }

    /** Joined and serving requests, not ready. */
    static Server join(HotRestartOptions options) throws HotRestartException {
        return new Server(Posix.linux(), options);
    }

    static Server join(Posix posix, HotRestartOptions options) throws HotRestartException {
        return new Server(posix, options);
    }

    /** All the way to ready. */
    static Server start(HotRestartOptions options) throws HotRestartException {
        return start(Posix.linux(), options, server -> {});
    }

    static Server start(Posix posix, HotRestartOptions options, Consumer<Server> beforeReady)
            throws HotRestartException {
        Server server = join(posix, options);
        try {
            server.hotRestart.shutdownParentAdmin();
            beforeReady.accept(server);
            server.hotRestart.ready();
            return server;
        } catch (HotRestartException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public void closeAdmin() {
        note("closeAdmin");
    }

    @Override
    public void reopenAdmin() {
        note("reopenAdmin");
    }

    @Override
    public void drainListeners() {
        note("drainListeners");
        onDrain.run();
    }

    @Override
    public long connections() {
        return connections.get();
    }

    @Override
    public void terminate() {
        note("terminate");
        hotRestart.close();
    }

    private void note(String duty) {
        duties.add(duty);
        if (failing.get()) {
            throw new IllegalStateException("this server fails at " + duty);
        }
    }

    @Override
    public void close() {
        hotRestart.close();
    }
}
