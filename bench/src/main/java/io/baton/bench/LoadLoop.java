package io.baton.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one event-loop thread of a load: everything a load counts is touched by this thread only. */
final class LoadLoop implements AutoCloseable {
    private final String name;
    private final EventLoopGroup group;
    private final EventLoop eventLoop;

    LoadLoop(String name) {
        this.name = name;
        this.group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        this.eventLoop = group.next();
    }

    String name() {
        return name;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** A client whose connect has no deadline of Netty's: a load has its own. */
    Bootstrap bootstrap() {
        return new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
    }

    /** Runs it on the loop; does nothing when the loop has ended. */
    void execute(Runnable task) {
        try {
            eventLoop.execute(task);
        } catch (RejectedExecutionException _) {
            // Ended already: there is nothing left to act on.
        }
    }

    static <T> T await(CompletableFuture<T> future, Duration atMost) {
        try {
            return future.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a load to end", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a load did not end within " + atMost, e);
        }
    }

    /** Closes every connection of the loop. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
