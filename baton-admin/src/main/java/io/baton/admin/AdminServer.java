package io.baton.admin;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpServer;
import io.baton.posix.SocketAddress;
import io.baton.proxy.Addresses;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API over HTTP. Opens and closes as the hot restart wants: the parent closes it before the child opens its own,
 * and reopens it when the child failed. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BACKLOG = 64;
    private static final int THREADS = 4;
    private static final Duration RETRY_EVERY = Duration.ofMillis(20);

    /** How long whoever has the address may take to let go of it. */
    private static final Duration RETRY_FOR = Duration.ofSeconds(5);

    static {
        HttpServerLimits.apply();
    }

    private record Running(HttpServer http, ExecutorService workers) {}

    private final SocketAddress.Inet configured;
    private final AdminEndpoints endpoints;
    private @Nullable Running running;

    /** Where it was bound first: a port of 0 stays what it became. */
    private SocketAddress.Inet address;

    /** Counts closings, so that a reopening under way notices that it is not wanted any more. */
    private int closings;

    /**
     * Opens nothing yet.
     *
     * @param address where to listen; port 0 takes any free port at the first {@link #open}
     */
    public AdminServer(SocketAddress.Inet address, AdminView view, ServerControl control) {
        this(address, view, control, LineageDesk.NONE);
    }

    /** @param desk what the console shows and orders beyond this process */
    public AdminServer(SocketAddress.Inet address, AdminView view, ServerControl control, LineageDesk desk) {
        this.configured = requireNonNull(address, "address is null");
        this.address = address;
        this.endpoints = new AdminEndpoints(
                requireNonNull(view, "view is null"),
                requireNonNull(control, "control is null"),
                new Console(view, requireNonNull(desk, "desk is null")));
    }

    /**
     * Listens and answers; tries for 5 seconds while the address is still in use. Does nothing when open.
     *
     * @throws AdminException when the address cannot be had
     */
    public void open() throws AdminException {
        if (!configured.host().isLoopbackAddress()) {
            LOG.warn(
                    "the admin listens on {}, which is not loopback: everybody who reaches it can stop the server",
                    Addresses.format(configured));
        }
        int before;
        synchronized (this) {
            before = closings;
        }
        openUnlessClosed(before);
    }

    /** As {@link #open} on a thread of its own; a failure is logged. For a parent whose child failed. */
    public void reopen() {
        int before;
        synchronized (this) {
            before = closings;
        }
        Thread.ofPlatform().name("baton-admin-reopen").daemon().start(() -> {
            try {
                openUnlessClosed(before);
            } catch (AdminException e) {
                LOG.error("the admin is not open again: {}", e.getMessage());
            }
        });
    }

    /** Lets go of the address before it returns. May be opened again. Does nothing when closed. */
    @Override
    public synchronized void close() {
        closings++;
        Running closed = running;
        running = null;
        if (closed != null) {
            closed.http().stop(0);
            closed.workers().shutdownNow();
        }
    }

    /** Where it listens, or did last; empty before the first {@link #open}. */
    public synchronized Optional<SocketAddress.Inet> boundAddress() {
        return address.port() == 0 ? Optional.empty() : Optional.of(address);
    }

    private void openUnlessClosed(int closingsBefore) throws AdminException {
        long deadline = System.nanoTime() + RETRY_FOR.toNanos();
        while (!tryOpen(closingsBefore, deadline)) {
            try {
                Thread.sleep(RETRY_EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AdminException("interrupted before the admin was open", e);
            }
        }
    }

    /** True when there is nothing left to do. */
    private synchronized boolean tryOpen(int closingsBefore, long deadline) throws AdminException {
        if (running != null || closings != closingsBefore) {
            return true;
        }
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(address.host(), address.port()), BACKLOG);
            ExecutorService workers = workers();
            http.setExecutor(workers);
            http.createContext(
                    "/", new AdminHandler(endpoints, configured.host().isLoopbackAddress()));
            http.start();
            address =
                    new SocketAddress.Inet(configured.host(), http.getAddress().getPort());
            running = new Running(http, workers);
            return true;
        } catch (IOException e) {
            // Only this passes by itself; an address that is not of this machine stays wrong.
            boolean inUse = e instanceof BindException && "Address already in use".equals(e.getMessage());
            if (inUse && System.nanoTime() - deadline < 0) {
                return false;
            }
            throw new AdminException(
                    "the admin cannot listen on %s: %s".formatted(Addresses.format(address), e.getMessage()), e);
        }
    }

    /** As many waiting requests as connections: the queue is never full. */
    private static ExecutorService workers() {
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(HttpServerLimits.MAX_CONNECTIONS),
                Thread.ofPlatform().name("baton-admin-", 0).daemon().factory());
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }
}
