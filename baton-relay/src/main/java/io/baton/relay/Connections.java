package io.baton.relay;

import static io.baton.posix.PollCalls.EPOLLERR;
import static io.baton.posix.PollCalls.EPOLLHUP;
import static io.baton.posix.PollCalls.EPOLLIN;
import static io.baton.posix.PollCalls.EPOLLOUT;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one loop, from accept to end. Loop thread only. */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int BROKEN = EPOLLERR | EPOLLHUP;

    /** Most connects are done by then; only for those that are not is the client watched meanwhile. */
    private static final long WATCH_CLIENT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Posix posix;
    private final Epoll epoll;
    private final LoopClock clock;
    private final TimerWheel wheel;
    private final Budget budget;
    private final RelayObserver observer;
    private final FirstLook firstLook;
    private final Connector connector;
    private final Pump pump;
    private final ConnectionTable table = new ConnectionTable();
    private final int loop;
    private final int loops;
    private final long firstId;
    private final Runnable onMovable;
    private long sequence;

    Connections(LoopParts parts, Pump pump, int loop) {
        this.posix = parts.posix();
        this.epoll = parts.epoll();
        this.clock = parts.clock();
        this.wheel = parts.wheel();
        this.budget = parts.budget();
        this.observer = parts.observer();
        this.firstLook = new FirstLook(parts);
        this.connector = new Connector(parts);
        this.pump = pump;
        this.loop = loop;
        this.loops = parts.options().workers();
        this.firstId = parts.options().firstId();
        this.onMovable = parts.onMovable();
    }

    /** Takes over an accepted socket, for which the budget has been asked. */
    void open(Fd socket, Route route) {
        SocketAddress address;
        try {
            address = posix.peerAddress(socket);
        } catch (PosixException e) {
            socket.close(); // ENOTCONN: reset between handshake and accept, as if it had never come
            budget.give();
            return;
        }
        Connection connection = table.allocate();
        connection.begin(firstId + loop + sequence++ * loops, route, address, clock.nowNanos());
        connection.client.open(socket);
        route.counters().connections.add(1);
        onMovable.run();
        try {
            observer.connectionOpened(route.listener());
            route(connection, 0);
        } catch (RuntimeException e) {
            fail(connection, e);
        }
    }

    /** Handles an event; one whose socket is gone since the batch was fetched is none. */
    void onEvent(EventTag tag, long eventData, int events) {
        Endpoint endpoint = table.find(tag, eventData);
        if (endpoint == null) {
            return;
        }
        Connection connection = endpoint.connection;
        try {
            switch (connection.state) {
                case ROUTING -> route(connection, events);
                case CONNECTING -> connecting(connection, endpoint, events);
                case RELAYING -> relaying(connection, endpoint, events);
                case FREE, DEPARTING ->
                    throw new IllegalStateException(
                            "an event for slot %d, which is %s".formatted(connection.slot, connection.state));
            }
        } catch (RuntimeException e) {
            fail(connection, e);
        }
    }

    void onTimer(Connection connection) {
        try {
            switch (connection.state) {
                case ROUTING -> routeTimer(connection);
                case CONNECTING -> connectTimer(connection);
                case RELAYING -> idleTimer(connection);
                case FREE, DEPARTING ->
                    throw new IllegalStateException(
                            "a timer for slot %d, which is %s".formatted(connection.slot, connection.state));
            }
        } catch (RuntimeException e) {
            fail(connection, e);
        }
    }

    void cutAll() {
        table.forEachInUse(connection -> end(connection, ConnectionOutcome.CUT));
    }

    ConnectionTable table() {
        return table;
    }

    /** Begins to wait for what a connection that rested, here or in another process, waits for. */
    void goOn(Connection connection) {
        if (connection.state == Connection.State.ROUTING) {
            route(connection, 0);
        } else if (connection.state == Connection.State.RELAYING) {
            SocketAddress endpoint = connection.upstreamAddress;
            if (!connection.atUpstream && endpoint != null) {
                connection.atUpstream = true;
                connection.target.upstreams().arrived(endpoint);
            }
            armIdle(connection);
            updateInterest(connection);
        } else if (epoll.update(connection.upstream, EPOLLOUT)) {
            armConnect(connection);
        } else {
            end(connection, ConnectionOutcome.CUT);
        }
    }

    /** Forgets a connection that another process has now. */
    void moved(Connection connection) {
        String listener = connection.route.listener();
        connection.route.counters().movedOut.add(1);
        forget(connection, false);
        observer.connectionMoved(listener);
    }

    void fail(Connection connection, RuntimeException e) {
        LOG.error("connection {} of listener {} is cut", connection.id, connection.route.listener(), e);
        if (connection.state != Connection.State.FREE) {
            end(connection, ConnectionOutcome.CUT);
        }
    }

    private void route(Connection connection, int events) {
        switch (firstLook.at(connection, events)) {
            case FirstLook.Outcome.Wait() -> {}
            case FirstLook.Outcome.Go(Target target) -> {
                connection.goTo(target);
                connectNext(connection);
            }
            case FirstLook.Outcome.End(ConnectionOutcome how) -> end(connection, how);
        }
    }

    private void routeTimer(Connection connection) {
        if (firstLook.isOverdue(connection, clock.nowNanos())) {
            end(connection, ConnectionOutcome.HELLO_TIMEOUT);
        } else {
            route(connection, 0); // the wheel's horizon, not the deadline
        }
    }

    private void connectNext(Connection connection) {
        switch (connector.next(connection)) {
            case CONNECTED -> connected(connection);
            case CONNECTING -> armConnect(connection);
            case EXHAUSTED -> end(connection, ConnectionOutcome.CONNECT_FAILED);
        }
    }

    private void armConnect(Connection connection) {
        wheel.arm(connection.timer, Math.min(connection.connectDeadlineNanos, clock.nowNanos() + WATCH_CLIENT_NANOS));
    }

    private void connecting(Connection connection, Endpoint endpoint, int events) {
        boolean broken = (events & BROKEN) != 0;
        if (endpoint == connection.client) {
            if (broken) {
                end(connection, ConnectionOutcome.CLIENT_RESET);
            }
        } else if (broken) {
            connectFailed(connection, Errno.of(posix.takeSocketError(endpoint.number)));
        } else if ((events & EPOLLOUT) != 0) {
            connected(connection);
        }
    }

    private void connectFailed(Connection connection, Errno reason) {
        connector.abandon(connection, reason);
        connectNext(connection);
    }

    private void connectTimer(Connection connection) {
        if (clock.nowNanos() - connection.connectDeadlineNanos >= 0) {
            connectFailed(connection, Errno.ETIMEDOUT);
        } else if (epoll.update(connection.client, 0)) { // nothing but a reset: what it sends stays in its socket
            wheel.arm(connection.timer, connection.connectDeadlineNanos);
        } else {
            end(connection, ConnectionOutcome.CUT);
        }
    }

    private void connected(Connection connection) {
        connection.state = Connection.State.RELAYING;
        connection.lastActivityNanos = clock.nowNanos();
        connection.route.counters().upstreamConnections.add(1);
        SocketAddress endpoint = connection.upstreamAddress;
        if (endpoint != null) {
            connection.atUpstream = true;
            connection.target.upstreams().connected(endpoint);
        }
        armIdle(connection);
        updateInterest(connection);
    }

    private void relaying(Connection connection, Endpoint endpoint, int events) {
        Flow from = connection.flowFrom(endpoint);
        Flow to = connection.flowTo(endpoint);
        boolean broken = (events & BROKEN) != 0;
        if (((events & EPOLLIN) != 0 || broken) && !from.ended && !from.blocked && !advance(connection, from)) {
            return;
        }
        if (((events & EPOLLOUT) != 0 || broken) && to.blocked && !advance(connection, to)) {
            return;
        }
        if (broken) {
            if (posix.takeSocketError(endpoint.number) != 0) {
                end(connection, resetBy(connection, endpoint));
                return;
            }
            endpoint.hungUp = (events & EPOLLHUP) != 0;
        }
        updateInterest(connection);
    }

    /** Moves a flow on; false when that ended the connection. */
    private boolean advance(Connection connection, Flow flow) {
        long before = flow.bytesDelivered;
        Progress progress = pump.run(flow, clock.nowNanos());
        count(connection, flow, flow.bytesDelivered - before);
        return switch (progress) {
            case GOING, IDLE, BLOCKED -> true;
            case ENDED -> endOfStream(connection, flow);
            case SOURCE_FAILED -> {
                end(connection, resetBy(connection, flow.source));
                yield false;
            }
            case DESTINATION_FAILED -> {
                salvage(connection, connection.flowFrom(flow.destination));
                end(connection, resetBy(connection, flow.destination));
                yield false;
            }
            case LOST -> {
                LOG.warn(
                        "connection {} of listener {} is cut: no memory for bytes in flight",
                        connection.id,
                        connection.route.listener());
                end(connection, ConnectionOutcome.CUT);
                yield false;
            }
        };
    }

    /** What a side said before it broke off is still delivered, as far as the other side takes it at once. */
    private void salvage(Connection connection, Flow flow) {
        if (!flow.ended && !flow.blocked) {
            long before = flow.bytesDelivered;
            pump.run(flow, clock.nowNanos());
            count(connection, flow, flow.bytesDelivered - before);
        }
    }

    private void count(Connection connection, Flow flow, long bytes) {
        if (bytes > 0) {
            connection.lastActivityNanos = clock.nowNanos();
            Target target = connection.target;
            (flow == connection.up ? target.bytesUp() : target.bytesDown()).add(bytes);
        }
    }

    private boolean endOfStream(Connection connection, Flow flow) {
        flow.ended = true;
        connection.lastActivityNanos = clock.nowNanos();
        if (connection.up.ended && connection.down.ended) {
            end(connection, ConnectionOutcome.COMPLETED); // closing says the second FIN too
            return false;
        }
        if (posix.shutdownWrite(flow.destination.number) < 0) {
            end(connection, resetBy(connection, flow.destination));
            return false;
        }
        return true;
    }

    private void updateInterest(Connection connection) {
        if (!updateInterest(connection, connection.client) || !updateInterest(connection, connection.upstream)) {
            end(connection, ConnectionOutcome.CUT);
        }
    }

    private boolean updateInterest(Connection connection, Endpoint endpoint) {
        Flow from = connection.flowFrom(endpoint);
        int readable = from.ended || from.blocked ? 0 : EPOLLIN;
        int writable = connection.flowTo(endpoint).blocked ? EPOLLOUT : 0;
        return epoll.update(endpoint, readable | writable);
    }

    private void armIdle(Connection connection) {
        if (connection.route.idleNanos() > 0) {
            wheel.arm(connection.timer, connection.lastActivityNanos + connection.route.idleNanos());
        } else {
            wheel.cancel(connection.timer);
        }
    }

    private void idleTimer(Connection connection) {
        if (clock.nowNanos() - connection.lastActivityNanos >= connection.route.idleNanos()) {
            end(connection, ConnectionOutcome.IDLE_TIMEOUT);
        } else {
            armIdle(connection);
        }
    }

    private static ConnectionOutcome resetBy(Connection connection, Endpoint endpoint) {
        return endpoint == connection.client ? ConnectionOutcome.CLIENT_RESET : ConnectionOutcome.UPSTREAM_RESET;
    }

    private void end(Connection connection, ConnectionOutcome outcome) {
        // One on offer may have a new owner already, whose socket a reset would break: it only loses our duplicates.
        boolean reset = outcome != ConnectionOutcome.COMPLETED && !connection.abandonDeparture();
        connection.route.counters().closed.add(1);
        ConnectionReport report = connection.report(outcome, clock.nowNanos());
        forget(connection, reset);
        observer.connectionClosed(report);
    }

    private void forget(Connection connection, boolean reset) {
        connection.state = Connection.State.FREE;
        wheel.cancel(connection.timer);
        pump.abandon(connection.up);
        pump.abandon(connection.down);
        close(connection.client.detach(), reset);
        close(connection.upstream.detach(), reset);
        leaveUpstream(connection);
        connection.route = Route.NONE;
        connection.target = Target.NONE;
        table.free(connection);
        budget.give();
    }

    /** The end goes on whatever the selector does. */
    private static void leaveUpstream(Connection connection) {
        SocketAddress endpoint = connection.upstreamAddress;
        if (connection.atUpstream && endpoint != null) {
            connection.atUpstream = false;
            try {
                connection.target.upstreams().ended(endpoint);
            } catch (RuntimeException e) {
                LOG.error("what is said of the end of connection {} failed", connection.id, e);
            }
        }
    }

    private void close(@Nullable Fd socket, boolean reset) {
        if (socket == null) {
            return;
        }
        try (socket) {
            if (reset) {
                // A truncated stream must not look whole: RST, not FIN. (A UNIX socket knows no RST: its peer sees the
                // end.)
                posix.setLinger(socket, true, 0);
            }
        } catch (PosixException e) {
            LOG.debug("{} is closed without reset: {}", socket, e.getMessage());
        }
    }
}
