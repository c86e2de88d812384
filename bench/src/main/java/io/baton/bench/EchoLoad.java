package io.baton.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Holds long-lived streams open and checks every byte that comes back: cut, corrupted and stalled streams are counted, and
 * the longest wait for a byte. A stream that failed is replaced, so that the number open stays what was planned.
 *
 * <p>Thread-safe; one event-loop thread and one pacing thread of its own. {@link #stop()} or {@link #close()} ends both.
 */
// Netty's futures are not waited for: what fails shows as exceptionCaught or channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
public final class EchoLoad implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** After a failure so long until the next attempt: a refusing server must not make us spin. */
    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final EchoPlan plan;
    private final LoadLoop loop = new LoadLoop("echo");
    private final Pacer pacer;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<EchoResult> result = new CompletableFuture<>();

    // All below is confined to the event loop.
    private final Bootstrap bootstrap;
    private final SourceAddresses sources;
    private final SplittableRandom random = new SplittableRandom(2);
    private final FailureTally failures = new FailureTally();
    private final Set<EchoStream> streams = new LinkedHashSet<>();
    private int connecting;
    private long begun;
    private long complete;
    private long bytesChecked;
    private long worstPauseNanos;
    private long worstPauseAtNanos = startNanos;
    private long openAgainNanos = startNanos;
    private boolean stopping;

    private volatile EchoProgress progress = new EchoProgress(0, 0, 0, 0);

    private EchoLoad(EchoPlan plan) {
        this.plan = plan;
        this.sources = new SourceAddresses(plan.target());
        this.bootstrap = loop.bootstrap()
                .remoteAddress(plan.target())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        plan.timeout().toMillis())
                // The real handler is added when the connection stands.
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                });
        this.pacer = new Pacer("echo-pacer", loop.eventLoop(), TICK_NANOS, this::tick);
    }

    /** Starts opening the streams at once. */
    public static EchoLoad start(EchoPlan plan) {
        EchoLoad load = new EchoLoad(plan);
        load.pacer.start();
        return load;
    }

    /** How far it is, a few milliseconds old. */
    public EchoProgress progress() {
        return progress;
    }

    /**
     * Ends every stream properly (half-close, all bytes and the end must come back, at most the plan's timeout) and reports. May
     * be called once more for the same result.
     */
    public EchoResult stop() {
        loop.execute(() -> stopping = true);
        EchoResult answer =
                LoadLoop.await(result, plan.timeout().multipliedBy(2).plusSeconds(10));
        close();
        return answer;
    }

    /** Ends it without asking what became of the streams. */
    @Override
    public void close() {
        pacer.close();
        loop.close();
    }

    EchoPlan plan() {
        return plan;
    }

    private void tick() {
        long now = System.nanoTime();
        while (!stopping && now >= openAgainNanos && streams.size() + connecting < plan.streams()) {
            open();
        }
        for (EchoStream stream : streams) {
            stream.tick(now, stopping);
        }
        progress = new EchoProgress(
                streams.size(), failures.total(), bytesChecked, TimeUnit.NANOSECONDS.toMicros(worstPauseNanos));
        if (stopping && streams.isEmpty() && connecting == 0) {
            result.complete(report());
        }
    }

    private void open() {
        connecting++;
        long number = begun++;
        ChannelFuture connect = bootstrap.clone().localAddress(sources.next()).connect();
        connect.addListener(_ -> connected(connect, number));
    }

    private void connected(ChannelFuture connect, long number) {
        connecting--;
        if (!connect.isSuccess()) {
            Throwable error = connect.cause();
            failed(ConnectFailures.causeOf(error), "stream %,d: %s".formatted(number, error.getMessage()));
            return;
        }
        long now = System.nanoTime();
        long lifetime = plan.lifetime().toNanos();
        long retireAt = now + lifetime / 2 + random.nextLong(lifetime / 2 + 1);
        long firstChunk = now + random.nextLong(plan.chunkInterval().toNanos());
        EchoStream stream = new EchoStream(this, (SocketChannel) connect.channel(), number, retireAt, firstChunk);
        streams.add(stream);
        connect.channel().pipeline().addLast(stream);
    }

    void paused(long nanos, long now) {
        if (nanos > worstPauseNanos) {
            worstPauseNanos = nanos;
            worstPauseAtNanos = now;
        }
    }

    void checked(int bytes) {
        bytesChecked += bytes;
    }

    void complete() {
        complete++;
    }

    void failed(FailureCause cause, String example) {
        failures.add(cause, "%.3f s into the run, %s".formatted((System.nanoTime() - startNanos) / 1e9, example));
        openAgainNanos = System.nanoTime() + AFTER_FAILURE_NANOS;
    }

    void closed(EchoStream stream) {
        streams.remove(stream);
    }

    private EchoResult report() {
        return new EchoResult(
                begun,
                complete,
                failures.toFailures(),
                bytesChecked,
                TimeUnit.NANOSECONDS.toMicros(worstPauseNanos),
                worstPauseAtNanos);
    }
}
