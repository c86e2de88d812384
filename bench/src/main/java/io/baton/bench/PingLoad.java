package io.baton.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Connections that only stand there, and busy ones that send a ping at a fixed rate and wait for it to come back. Behind the target must
 * be an {@link EchoOrigin}. Thread-safe; one event-loop thread and one pacing thread of its own.
 */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
public final class PingLoad implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** So many connects at once, and so many last pings in a tick. */
    private static final int AT_ONCE = 64;

    private static final int HANDSHAKE_MS = 30_000;

    private final int connections;
    private final int busy;
    private final long intervalNanos;
    private final Optional<SSLContext> tls;
    private final LoadLoop loop = new LoadLoop("ping");
    private final Pacer pacer;
    private final CompletableFuture<Void> allOpen = new CompletableFuture<>();
    private final CompletableFuture<Result> result = new CompletableFuture<>();

    // All below is confined to the event loop.
    private final Bootstrap bootstrap;
    private final SourceAddresses sources;
    private final List<PingConnection> open = new ArrayList<>();
    private final PingSamples samples = new PingSamples();
    private final FailureTally failures = new FailureTally();
    private int connecting;
    private int lastPinged = -1;
    private long lastPingsDeadlineNanos;

    /**
     * What came of it.
     *
     * @param answered connections that still answered at the end
     * @param failures of the others, each connection once
     */
    public record Result(int answered, Failures failures, PingSamples samples) {}

    private PingLoad(InetSocketAddress target, int idle, int busy, Duration interval, Optional<SSLContext> tls) {
        this.connections = idle + busy;
        this.busy = busy;
        this.intervalNanos = interval.toNanos();
        this.tls = tls;
        this.sources = new SourceAddresses(target);
        this.bootstrap = loop.bootstrap()
                .remoteAddress(target)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                });
        this.pacer = new Pacer("ping-pacer", loop.eventLoop(), TICK_NANOS, this::tick);
    }

    /** Starts to connect; the first {@code busy} connections ping once each {@code interval}. */
    public static PingLoad start(InetSocketAddress target, int idle, int busy, Duration interval) {
        return started(new PingLoad(target, idle, busy, interval, Optional.empty()));
    }

    /** The same with TLS. */
    static PingLoad startSecured(InetSocketAddress target, int idle, int busy, Duration interval, SSLContext tls) {
        return started(new PingLoad(target, idle, busy, interval, Optional.of(tls)));
    }

    private static PingLoad started(PingLoad load) {
        load.pacer.start();
        return load;
    }

    /**
     * Waits until every connection stands.
     *
     * @throws IllegalStateException when not all are open in time
     */
    public void awaitOpen(Duration atMost) {
        LoadLoop.await(allOpen, atMost);
    }

    /** Pings each connection once more, and ends. */
    public Result stop(Duration patience) {
        loop.execute(() -> {
            lastPinged = 0;
            lastPingsDeadlineNanos = System.nanoTime() + patience.toNanos();
        });
        Result answer = LoadLoop.await(result, patience.plusSeconds(10));
        close();
        return answer;
    }

    private void tick() {
        long now = System.nanoTime();
        while (connecting < AT_ONCE && open.size() + connecting < connections && failures.total() == 0) {
            connect();
        }
        if (lastPinged < 0) {
            for (int i = 0; i < Math.min(busy, open.size()); i++) {
                open.get(i).pingIfDue(now, intervalNanos);
            }
        } else {
            end(now);
        }
    }

    private void end(long now) {
        int until = Math.min(lastPinged + AT_ONCE, open.size());
        for (; lastPinged < until; lastPinged++) {
            open.get(lastPinged).lastPing(now);
        }
        long answered = open.stream().filter(PingConnection::hasAnsweredLast).count();
        if (answered + failures.total() >= open.size() || now - lastPingsDeadlineNanos >= 0) {
            for (PingConnection connection : open) {
                connection.end();
            }
            result.complete(new Result((int) answered, failures.toFailures(), samples));
        }
    }

    private void connect() {
        connecting++;
        ChannelFuture connect = bootstrap.clone().localAddress(sources.next()).connect();
        connect.addListener(_ -> {
            connecting--;
            if (!connect.isSuccess()) {
                failed(ConnectFailures.causeOf(connect.cause()), String.valueOf(connect.cause()));
                return;
            }
            if (tls.isEmpty()) {
                opened((SocketChannel) connect.channel());
            } else {
                secure((SocketChannel) connect.channel(), tls.get());
            }
        });
    }

    private void secure(SocketChannel channel, SSLContext context) {
        connecting++;
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SslHandler handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        channel.pipeline().addLast(handler);
        handler.handshakeFuture().addListener(done -> {
            connecting--;
            if (done.isSuccess()) {
                opened(channel);
            } else {
                failed(FailureCause.CONNECT_TIMEOUT, "no TLS: " + done.cause());
            }
        });
    }

    private void opened(SocketChannel channel) {
        PingConnection connection = new PingConnection(this, channel, open.size());
        open.add(connection);
        channel.pipeline().addLast(connection);
        if (open.size() == connections) {
            allOpen.complete(null);
        }
    }

    void answered(int connection, long sentNanos, long nowNanos) {
        samples.add(connection, sentNanos, nowNanos);
    }

    void failed(FailureCause cause, String example) {
        failures.add(cause, example);
        allOpen.completeExceptionally(new IllegalStateException(example)); // of no effect once all are open
    }

    @Override
    public void close() {
        pacer.close();
        loop.close();
    }
}
