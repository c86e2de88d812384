package io.baton.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpClientCodec;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests and counts truthfully what becomes of each. Nothing is ever retried: a refused connect, a broken or
 * wrong answer is one failure under its cause. In an open loop latency counts from the moment a request was due.
 *
 * <p>Thread-safe; one event-loop thread and one pacing thread of its own. {@link #stop()} or {@link #close()} ends both.
 */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HttpLoad implements AutoCloseable {
    /** Beyond this many requests waiting for a connection the load is lost anyhow. */
    private static final int MAX_WAITING = 100_000;

    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** A closed loop whose request failed waits so long before the next: a refusing server must not make it spin. */
    private static final long AFTER_FAILURE_MS = 10;

    private final HttpPlan plan;
    private final String hostHeader;
    private final LoadLoop loop;
    private final Pacer pacer;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<HttpResult> result = new CompletableFuture<>();

    // All below is confined to the event loop.
    private final Bootstrap bootstrap;
    private final SourceAddresses sources;
    private final SplittableRandom random = new SplittableRandom(1);
    private final SampleRecorder samples = new SampleRecorder(startNanos);
    private final FailureTally failures = new FailureTally();
    private final Set<HttpRequestState> underWay = new LinkedHashSet<>();
    private final Queue<HttpRequestState> waiting = new ArrayDeque<>();
    private final Queue<HttpConnection> idle = new ArrayDeque<>();
    private final Set<HttpConnection> awaitingClose = new HashSet<>();
    private int openConnections;
    private int connecting;
    private long sent;
    private long connectionsOpened;
    private long closedIdle;
    private long notClosed;
    private long unasked;
    private long nextSweepNanos = startNanos;
    private boolean sending = true;
    private long endNanos;

    private volatile HttpProgress progress = new HttpProgress(0, 0, 0, 0);

    private HttpLoad(HttpPlan plan) {
        this.plan = plan;
        InetSocketAddress target = plan.target();
        this.hostHeader = target.getHostString() + ":" + target.getPort();
        this.sources = new SourceAddresses(target);
        this.loop = new LoadLoop(plan.kept() ? "http-kept" : "http-new");
        this.bootstrap = loop.bootstrap()
                .remoteAddress(target)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec());
                    }
                });
        // An open loop ticks as often as it sends, at most 10,000 times a second; a closed one only to find what is
        // overdue.
        long period =
                plan.ratePerSecond() == 0 ? SWEEP_NANOS : Math.max(100_000, 1_000_000_000L / plan.ratePerSecond());
        this.pacer = new Pacer(loop.name() + "-pacer", loop.eventLoop(), Math.min(period, SWEEP_NANOS), this::tick);
    }

    /** Starts sending at once. */
    public static HttpLoad start(HttpPlan plan) {
        HttpLoad load = new HttpLoad(plan);
        if (plan.ratePerSecond() == 0) {
            load.loop.eventLoop().execute(() -> {
                for (int client = 0; client < plan.connections(); client++) {
                    load.begin(System.nanoTime());
                }
            });
        }
        load.pacer.start();
        return load;
    }

    /** How far it is, at most 20 ms old. */
    public HttpProgress progress() {
        return progress;
    }

    /**
     * Sends nothing more, waits for what is under way (as long as the plan's timeouts allow), closes every connection and reports. May be
     * called once more for the same result.
     */
    public HttpResult stop() {
        loop.execute(() -> {
            if (sending) {
                sending = false;
                endNanos = System.nanoTime();
            }
        });
        HttpResult answer =
                LoadLoop.await(result, plan.timeout().multipliedBy(4).plusSeconds(10));
        close();
        return answer;
    }

    /** Ends it without asking what became of the requests. */
    @Override
    public void close() {
        pacer.close();
        loop.close();
    }

    HttpPlan plan() {
        return plan;
    }

    String hostHeader() {
        return hostHeader;
    }

    private void tick() {
        long now = System.nanoTime();
        if (sending && samples.isFull(now)) {
            sending = false;
            endNanos = now;
        }
        if (sending && plan.ratePerSecond() > 0) {
            long due = dueNanos();
            while (due <= now) {
                begin(due);
                due = dueNanos();
            }
        }
        if (now >= nextSweepNanos) {
            nextSweepNanos = now + SWEEP_NANOS;
            sweep(now);
        }
    }

    private long dueNanos() {
        return startNanos + (long) (sent * (1e9 / plan.ratePerSecond()));
    }

    private void begin(long dueNanos) {
        if (!sending) {
            return;
        }
        HttpRequestState request = new HttpRequestState(sent++, dueNanos);
        enters(request, FailureCause.NO_CONNECTION);
        assign(request);
    }

    /**
     * Each step has the whole timeout. Were it one deadline for all, then whoever had waited long for a connection would be given up
     * right after being sent, its connection with it, and a load that had once fallen behind would never recover.
     */
    void enters(HttpRequestState request, FailureCause pending) {
        request.pending = pending;
        request.deadlineNanos = System.nanoTime() + plan.timeout().toNanos();
        // To the end: the set is in the order of the deadlines.
        underWay.remove(request);
        underWay.add(request);
    }

    private void assign(HttpRequestState request) {
        // Connections are opened up to the number planned before any is used twice, so that a low rate uses all of them
        // too.
        if (openConnections + connecting < plan.connections()) {
            open(request);
            return;
        }
        HttpConnection connection = takeIdle();
        if (connection != null) {
            connection.send(request);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(request);
        } else {
            failed(request, FailureCause.NO_CONNECTION, "%,d requests wait for a connection".formatted(MAX_WAITING));
        }
    }

    private @Nullable HttpConnection takeIdle() {
        HttpConnection connection = idle.poll();
        while (connection != null && !connection.isOpen()) {
            connection = idle.poll();
        }
        return connection;
    }

    private void open(HttpRequestState request) {
        connecting++;
        enters(request, FailureCause.CONNECT_TIMEOUT);
        ChannelFuture connect = bootstrap.clone().localAddress(sources.next()).connect();
        connect.addListener(_ -> connected(connect, request));
    }

    private void connected(ChannelFuture connect, HttpRequestState request) {
        connecting--;
        if (!connect.isSuccess()) {
            Throwable error = connect.cause();
            failed(
                    request,
                    ConnectFailures.causeOf(error),
                    "request %,d: %s".formatted(request.number, error.getMessage()));
            assignWaiting();
            return;
        }
        connectionsOpened++;
        openConnections++;
        long lifetime = plan.retirement().lifetime().toNanos();
        long retireAt = System.nanoTime() + lifetime / 2 + random.nextLong(lifetime / 2 + 1);
        int requests = plan.retirement().requests();
        int retireAfter = requests - random.nextInt(requests / 2 + 1);
        HttpConnection connection = new HttpConnection(this, connect.channel(), retireAt, retireAfter);
        connect.channel().pipeline().addLast(connection);
        if (request.done) {
            // It came too late for the request that asked for it.
            becomeFree(connection);
        } else {
            connection.send(request);
        }
    }

    void answered(HttpConnection connection, HttpRequestState request) {
        long now = System.nanoTime();
        finish(request);
        samples.record(request.dueNanos, now);
        if (connection.isOpen()) {
            becomeFree(connection);
        }
        if (plan.ratePerSecond() == 0) {
            begin(now);
        }
    }

    /** The connection has nothing under way: close it if it has served enough, else give it work. */
    private void becomeFree(HttpConnection connection) {
        if (!plan.kept() || connection.isWornOut(System.nanoTime())) {
            connection.retire();
            return;
        }
        HttpRequestState next = pollWaiting();
        if (next == null) {
            idle.add(connection);
        } else {
            connection.send(next);
        }
    }

    private void assignWaiting() {
        HttpRequestState next = pollWaiting();
        if (next != null) {
            assign(next);
        }
    }

    private @Nullable HttpRequestState pollWaiting() {
        HttpRequestState next = waiting.poll();
        while (next != null && next.done) {
            next = waiting.poll();
        }
        return next;
    }

    void failed(HttpRequestState request, FailureCause cause, String example) {
        if (request.done) {
            return;
        }
        finish(request);
        failures.add(cause, "%.3f s into the run, %s".formatted((System.nanoTime() - startNanos) / 1e9, example));
        if (plan.ratePerSecond() == 0) {
            loop.eventLoop().schedule(() -> begin(System.nanoTime()), AFTER_FAILURE_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void finish(HttpRequestState request) {
        request.done = true;
        underWay.remove(request);
    }

    void closed(HttpConnection connection) {
        openConnections--;
        awaitingClose.remove(connection);
        assignWaiting();
    }

    void awaitClose(HttpConnection connection) {
        awaitingClose.add(connection);
    }

    void closedIdle() {
        closedIdle++;
    }

    void notClosed() {
        notClosed++;
    }

    void unasked(HttpConnection connection) {
        unasked++;
        awaitingClose.remove(connection);
    }

    private void sweep(long now) {
        // In the order of their deadlines, so the first that still has time ends the search.
        for (HttpRequestState overdue = firstOverdue(now); overdue != null; overdue = firstOverdue(now)) {
            HttpConnection connection = overdue.connection;
            if (connection == null) {
                failed(overdue, overdue.pending, "request %,d".formatted(overdue.number));
            } else {
                connection.fail(overdue.pending, "nothing for " + plan.timeout());
            }
        }
        for (HttpConnection connection : Set.copyOf(awaitingClose)) {
            if (now >= connection.closeByNanos) {
                awaitingClose.remove(connection);
                notClosed++;
                connection.closeByNanos = Long.MAX_VALUE;
                connection.retire();
            }
        }
        for (int i = idle.size(); i > 0; i--) {
            HttpConnection connection = idle.remove();
            if (connection.isOpen()) {
                becomeFree(connection);
            }
        }
        progress = new HttpProgress(sent, samples.count(), failures.total(), openConnections);
        if (!sending && underWay.isEmpty() && awaitingClose.isEmpty()) {
            result.complete(report());
        }
    }

    private @Nullable HttpRequestState firstOverdue(long now) {
        if (underWay.isEmpty()) {
            return null;
        }
        HttpRequestState first = underWay.iterator().next();
        return now >= first.deadlineNanos ? first : null;
    }

    private HttpResult report() {
        return new HttpResult(
                sent,
                samples.count(),
                failures.toFailures(),
                connectionsOpened,
                closedIdle,
                notClosed,
                unasked,
                samples.toSamples(endNanos));
    }
}
