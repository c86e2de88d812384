package io.baton;

import io.baton.posix.Posix;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server as the hot restart sees it: notes what it is asked to do. */
final class Server implements ParentDuties, AutoCloseable {
    final Stats stats = new Stats();
    final HotRestart hotRestart;
    final List<String> duties = new CopyOnWriteArrayList<>();
    final AtomicLong connections = new AtomicLong();
    final AtomicBoolean failing = new AtomicBoolean();
    volatile Runnable onDrain = () -> {};
    volatile @Nullable TestPath path;

    private Server(Posix posix, HotRestartOptions options, HotRestartObserver observer) throws HotRestartException {
        this.hotRestart = HotRestart.join(options, posix, stats, observer);
        hotRestart.serve(this);
    }

    /** Joined and serving requests, not ready. */
    static Server join(HotRestartOptions options) throws HotRestartException {
        return join(Posix.linux(), options);
    }

    static Server join(Posix posix, HotRestartOptions options) throws HotRestartException {
        return new Server(posix, options, HotRestartObserver.NONE);
    }

    /** All the way to ready. */
    static Server start(HotRestartOptions options) throws HotRestartException {
        return start(Posix.linux(), options, server -> {});
    }

    static Server start(Posix posix, HotRestartOptions options, Consumer<Server> beforeReady)
            throws HotRestartException {
        return start(posix, options, beforeReady, new ArrayList<>());
    }

    /** All the way to ready; the labels of the states go to {@code states}. */
    static Server start(Posix posix, HotRestartOptions options, Consumer<Server> beforeReady, List<String> states)
            throws HotRestartException {
        Server server = new Server(posix, options, (from, event, to) -> states.add(to.label()));
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
        TestPath connected = path;
        return connections.get() + (connected == null ? 0 : connected.live());
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
