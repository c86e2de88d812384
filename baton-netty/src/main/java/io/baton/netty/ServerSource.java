package io.baton.netty;

import io.baton.spi.BatchLimit;
import io.baton.spi.ConnectionKind;
import io.baton.spi.ConnectionSource;
import io.baton.spi.MigratableConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's channels, for another process to take over. Each call asks the loops in turn and returns what the first one gives that has
 * any, so that what was quiesced waits for no other loop.
 */
final class ServerSource implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSource.class);

    private final MigratableServer server;
    private volatile Runnable wake = () -> {};
    private volatile boolean asked;

    /** So that a connection which came back in one handover is offered in the next. */
    private long handover = 1;

    private int turn;

    ServerSource(MigratableServer server) {
        this.server = server;
    }

    @Override
    public ConnectionKind kind() {
        return server.state().kind();
    }

    @Override
    public int movable() {
        return server.connections();
    }

    @Override
    public List<MigratableConnection> quiesce(BatchLimit limit, Duration patience) {
        asked = true;
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        List<LoopChannels> loops = server.loops();
        for (int i = 0; i < loops.size(); i++) {
            LoopChannels loop = loops.get(Math.floorMod(turn++, loops.size()));
            List<ChannelDeparture> given = ask(loop, handover, limit, deadlineNanos);
            if (!given.isEmpty()) {
                return List.copyOf(given);
            }
        }
        return List.of();
    }

    /** A loop that does not answer in time keeps what it has. */
    private static List<ChannelDeparture> ask(LoopChannels loop, long current, BatchLimit limit, long deadlineNanos) {
        CompletableFuture<List<ChannelDeparture>> answer = new CompletableFuture<>();
        try {
            loop.loop().execute(() -> answer(loop, current, limit, answer));
            return answer.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            LOG.error("connections cannot be quiesced", e.getCause());
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | RejectedExecutionException e) {
            // too late, or the loop has ended
        }
        return answer.complete(List.of()) ? List.of() : answer.join();
    }

    private static void answer(
            LoopChannels loop, long current, BatchLimit limit, CompletableFuture<List<ChannelDeparture>> answer) {
        if (answer.isDone()) {
            return;
        }
        try {
            List<ChannelDeparture> given = loop.quiesce(current, limit);
            if (!answer.complete(given)) {
                loop.takeBack(given);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    @Override
    public void onMovable(Runnable newWake) {
        wake = newWake;
    }

    @Override
    public void handoverEnded() {
        asked = false;
        handover++;
        for (LoopChannels loop : server.loops()) {
            try {
                loop.loop().execute(loop::end);
            } catch (RejectedExecutionException e) {
                // it has ended, and all its channels have
            }
        }
    }

    /** There is one to fetch. Any thread, never blocks. */
    void wake() {
        if (asked) {
            wake.run();
        }
    }
}
